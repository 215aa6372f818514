# frozen_string_literal: true

module Details
  # Google's description of a book, told in our words; what it does not say is null.
  module Volume
    LANGUAGES = { 'en' => 'English', 'ko' => 'Korean' }.freeze
    TYPES = { 'BOOK' => 'paperback' }.freeze

    def self.facts(volume)
      {
        'author' => Array(volume['authors']).first,
        'year' => volume['publishedDate'].to_s[/\A\d{4}/]&.to_i,
        'type' => TYPES.fetch(volume['printType'], 'unknown'),
        'pages' => volume['pageCount'],
        'publisher' => volume['publisher'],
        'language' => LANGUAGES.fetch(volume['language'], 'unknown'),
        'ISBN-10' => isbn(volume, 'ISBN_10'),
        'ISBN-13' => isbn(volume, 'ISBN_13')
      }
    end

    def self.isbn(volume, type)
      identifiers = Array(volume['industryIdentifiers']).grep(Hash)
      identifiers.find { |identifier| identifier['type'] == type }&.fetch('identifier', nil)
    end
    private_class_method :isbn
  end
end
