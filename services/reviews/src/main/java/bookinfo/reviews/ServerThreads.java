package bookinfo.reviews;

import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The threads that read requests and answer them, one each.
 *
 * <p>The JDK's server reads on them too, so clients that never finish their requests could hold
 * them all. When all are taken, the request that has been arriving for longest makes way for the
 * next one; one that has arrived is never given up.
 */
final class ServerThreads implements Executor {

  /** Always more than may wait for ratings, so that /health is answered while they hang. */
  static final int MAX = Ratings.MAX_CALLS + 64;

  private final Set<Thread> arriving = new LinkedHashSet<>(); // the longest first
  private final ThreadPoolExecutor threads =
      new ThreadPoolExecutor(
          2,
          MAX,
          30,
          TimeUnit.SECONDS,
          new SynchronousQueue<>(),
          Threads.daemons("http"),
          (exchange, full) -> makeWay(exchange));

  @Override
  public void execute(Runnable exchange) {
    threads.execute(
        () -> {
          arrives();
          try {
            exchange.run();
          } finally {
            arrived();
          }
        });
  }

  private synchronized void arrives() {
    arriving.add(Thread.currentThread());
  }

  /** The request of this thread is whole. */
  synchronized void arrived() {
    arriving.remove(Thread.currentThread());
  }

  private void makeWay(Runnable exchange) {
    giveUpLongest();
    try {
      if (threads.getQueue().offer(exchange, 1, TimeUnit.SECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throw new RejectedExecutionException("all threads are busy"); // the server closes it
  }

  private synchronized void giveUpLongest() {
    Iterator<Thread> longest = arriving.iterator();
    if (longest.hasNext()) {
      longest.next().interrupt(); // ends its read and closes the connection
      longest.remove();
    }
  }
}
