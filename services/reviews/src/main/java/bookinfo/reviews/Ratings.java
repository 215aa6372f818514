package bookinfo.reviews;

import com.sun.net.httpserver.Headers;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** The ratings service as seen from here: it has stars, or it is unavailable. */
final class Ratings {

  /** Calls at a time; each holds a thread, so beyond it ratings count as unavailable at once. */
  static final int MAX_CALLS = 256;

  private final Configuration configuration;
  private final Semaphore calls = new Semaphore(MAX_CALLS);
  private final ScheduledThreadPoolExecutor deadlines =
      new ScheduledThreadPoolExecutor(1, Threads.daemons("ratings-deadlines"));
  private final AtomicBoolean failing = new AtomicBoolean();

  Ratings(Configuration configuration) {
    this.configuration = configuration;
    deadlines.setRemoveOnCancelPolicy(true);
  }

  /** Give `then` the stars of each reviewer, none if ratings are unavailable; once, and in time. */
  void ask(int productId, Headers request, Consumer<Map<String, Integer>> then) {
    if (!calls.tryAcquire()) {
      failed("more than %d calls at a time".formatted(MAX_CALLS));
      then.accept(Map.of());
      return;
    }
    try {
      CompletableFuture<Map<String, Integer>> stars = new CompletableFuture<>();
      stars.thenAccept(then);
      call(productId, request, stars);
    } finally {
      calls.release();
    }
  }

  private void call(int productId, Headers request, CompletableFuture<Map<String, Integer>> stars) {
    RatingsCall call = new RatingsCall(configuration, productId);
    // A thread of its own keeps the time: the timeouts of HttpURLConnection are for one read each.
    Future<?> deadline =
        deadlines.schedule(
            () -> {
              failed("no answer within " + configuration.ratingsTimeout());
              stars.complete(Map.of());
              call.abandon();
            },
            configuration.ratingsTimeout().toMillis(),
            TimeUnit.MILLISECONDS);
    try {
      Map<String, Integer> answer = call.stars(request);
      if (deadline.cancel(false)) {
        answered();
        stars.complete(answer);
      }
    } catch (IOException | RuntimeException e) {
      if (deadline.cancel(false)) {
        failed(e.getClass() == IOException.class ? e.getMessage() : e.toString());
        stars.complete(Map.of());
      }
    }
  }

  /**
   * One line when ratings go and one when they are back, however many requests there are between.
   */
  private void failed(String reason) {
    if (failing.compareAndSet(false, true)) {
      Log.line("ratings are unavailable at %s: %s".formatted(configuration.ratings(), reason));
    }
  }

  private void answered() {
    if (failing.compareAndSet(true, false)) {
      Log.line("ratings answer again");
    }
  }
}
