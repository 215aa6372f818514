# frozen_string_literal: true

module Details
  # The one book of the demo, whatever the id.
  class BuiltInBook
    FACTS = {
      'author' => 'William Shakespeare',
      'year' => 1595,
      'type' => 'paperback',
      'pages' => 200,
      'publisher' => 'PublisherA',
      'language' => 'English',
      'ISBN-10' => '1234567890',
      'ISBN-13' => '123-1234567890'
    }.freeze

    def facts(_request)
      FACTS
    end
  end
end
