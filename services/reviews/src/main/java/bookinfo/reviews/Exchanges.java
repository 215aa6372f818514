package bookinfo.reviews;

import com.sun.net.httpserver.HttpExchange;
import java.time.Duration;

/** The requests under way. */
final class Exchanges {

  private int underWay;
  private boolean ending;

  /** A request has come; it is under way until its reply is sent. */
  synchronized Reply begin(HttpExchange exchange) {
    underWay++;
    return new Reply(exchange, this);
  }

  /** Its reply is sent, or nobody is there to read it. */
  synchronized void end() {
    underWay--;
    notifyAll();
  }

  /** Whether the process is on its way out, so that a connection has no next request. */
  synchronized boolean isEnding() {
    return ending;
  }

  /** Wait until no request is under way, at most for `limit`. */
  synchronized void awaitEnd(Duration limit) {
    ending = true;
    long deadline = System.nanoTime() + limit.toNanos();
    try {
      for (long left = limit.toMillis(); underWay > 0 && left > 0; ) {
        wait(left);
        left = (deadline - System.nanoTime()) / 1_000_000;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
