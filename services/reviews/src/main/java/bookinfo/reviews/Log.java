package bookinfo.reviews;

/** What the person watching has to know, a line each, on standard error. */
final class Log {

  private Log() {}

  static void line(String message) {
    System.err.println("reviews: " + message);
  }
}
