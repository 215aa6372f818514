package bookinfo.reviews;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The HTTP side: two pages, GET and HEAD, JSON only. */
final class ReviewsServer {

  private static final int BACKLOG = 1024;
  private static final Set<String> READING = Set.of("GET", "HEAD");
  private static final Pattern REVIEWS = Pattern.compile("/reviews/(-?[0-9]{1,10})");
  private static final byte[] HEALTHY =
      "{\"status\": \"Reviews is healthy\"}".getBytes(StandardCharsets.UTF_8);

  static {
    // Head and body of an answer are two writes: with Nagle's algorithm the second waits 40 ms.
    Defaults.property("sun.net.httpserver.nodelay", "true");
    // Envoy keeps an idle connection for an hour; the side that sends must be the one to close it,
    // or a request meets a closed connection now and then.
    Defaults.property("sun.net.httpserver.idleInterval", "3900");
    Defaults.property("sun.net.httpserver.maxIdleConnections", "4096");
    // Envoy lets heads of 60 kB pass.
    Defaults.property("sun.net.httpserver.maxReqHeaderSize", "65536");
    // A client that sends or reads by the drop holds a thread: seconds for a request, and for an
    // answer well beyond the 10 s that ratings may take.
    Defaults.property("sun.net.httpserver.maxReqTime", "10");
    Defaults.property("sun.net.httpserver.maxRspTime", "30");
  }

  private final Configuration configuration;
  private final Ratings ratings;
  private final Exchanges exchanges = new Exchanges();
  private final ServerThreads threads = new ServerThreads();
  private final HttpServer http;

  /**
   * Listen, and answer from now on.
   *
   * @throws IOException if the address cannot be had; its message names it
   */
  ReviewsServer(Configuration configuration) throws IOException {
    this.configuration = configuration;
    this.ratings = new Ratings(configuration);
    this.http = listen(configuration);
    http.setExecutor(threads);
    http.createContext("/", this::handle);
    http.start();
  }

  InetSocketAddress address() {
    return http.getAddress();
  }

  /** Take no new connection, let the requests under way finish within `grace`, and stop. */
  void stop(Duration grace) {
    Thread listener =
        Threads.daemons("stop").newThread(() -> http.stop(Math.toIntExact(grace.toSeconds())));
    listener.start();
    exchanges.awaitEnd(grace);
    http.stop(0);
  }

  private static HttpServer listen(Configuration configuration) throws IOException {
    String host = configuration.bindHost();
    int port = configuration.port();
    try {
      return HttpServer.create(
          host.isEmpty() ? new InetSocketAddress(port) : new InetSocketAddress(host, port),
          BACKLOG);
    } catch (IOException | UnresolvedAddressException e) {
      String reason = e instanceof IOException ? e.getMessage() : "no such address";
      throw new IOException("PORT=%d BIND_HOST=%s: %s".formatted(port, host, reason), e);
    }
  }

  private void handle(HttpExchange exchange) {
    Reply reply = exchanges.begin(exchange);
    try {
      SoundRequest.read(exchange);
      threads.arrived();
      answer(exchange, reply);
    } catch (IOException e) {
      exchange.getResponseHeaders().set("Connection", "close");
      reply.send(400, Json.error("malformed: " + e.getMessage()));
    } catch (RuntimeException e) {
      Log.line("%s %s: %s".formatted(exchange.getRequestMethod(), exchange.getRequestURI(), e));
      reply.send(500, Json.error("internal error"));
    }
  }

  private void answer(HttpExchange exchange, Reply reply) {
    String path = exchange.getRequestURI().getPath();
    OptionalInt productId = productId(path);
    if (productId.isEmpty() && !path.equals("/health")) {
      reply.send(404, Json.error("not found: there are /health and /reviews/<whole number>"));
    } else if (!READING.contains(exchange.getRequestMethod())) {
      exchange.getResponseHeaders().set("Allow", "GET, HEAD");
      reply.send(405, Json.error("method not allowed: GET and HEAD are"));
    } else if (productId.isEmpty()) {
      reply.send(200, HEALTHY);
    } else {
      reviews(productId.getAsInt(), exchange, reply);
    }
  }

  private void reviews(int productId, HttpExchange exchange, Reply reply) {
    if (configuration.ratingsEnabled()) {
      ratings.ask(
          productId,
          exchange.getRequestHeaders(),
          stars -> reply.send(200, Json.reviews(productId, configuration, stars)));
    } else {
      reply.send(200, Json.reviews(productId, configuration));
    }
  }

  private static OptionalInt productId(String path) {
    Matcher page = REVIEWS.matcher(path);
    if (!page.matches()) {
      return OptionalInt.empty();
    }
    try {
      return OptionalInt.of(Integer.parseInt(page.group(1)));
    } catch (NumberFormatException e) {
      return OptionalInt.empty(); // more than 32 bits
    }
  }
}
