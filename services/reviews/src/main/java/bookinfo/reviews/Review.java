package bookinfo.reviews;

import java.util.List;

/** What one reviewer wrote. */
record Review(String reviewer, String text) {

  /** The reviews of any book: the demo has but one. */
  static final List<Review> ALL =
      List.of(
          new Review(
              "Reviewer1",
              "An extremely entertaining play by Shakespeare. The slapstick humour is refreshing!"),
          new Review(
              "Reviewer2",
              "Absolutely fun and entertaining. The play lacks thematic depth when compared to other"
                  + " plays by Shakespeare."));
}
