package bookinfo.reviews;

/**
 * System properties that the JDK reads once and that the service needs otherwise than by default.
 */
final class Defaults {

  private Defaults() {}

  /** Set a property, unless the command line did. */
  static void property(String name, String value) {
    if (System.getProperty(name) == null) {
      System.setProperty(name, value);
    }
  }
}
