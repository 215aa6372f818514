package bookinfo.reviews;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;

/** A ratings service on loopback that can misbehave: it writes what it is told, byte for byte. */
final class StubRatings implements AutoCloseable {

  /** What is done with a connection after each request on it. */
  @FunctionalInterface
  interface Behaviour {
    void answer(OutputStream to) throws IOException, InterruptedException;
  }

  private final ServerSocket listener;
  private final List<Socket> connections = new CopyOnWriteArrayList<>();
  private final List<List<String>> requests = new CopyOnWriteArrayList<>();
  private volatile Behaviour behaviour;

  StubRatings(Behaviour behaviour) throws IOException {
    this(0, behaviour);
  }

  StubRatings(int port, Behaviour behaviour) throws IOException {
    this.behaviour = behaviour;
    this.listener = new ServerSocket(port, 50, InetAddress.getByName("127.0.0.1"));
    Threads.daemons("stub").newThread(this::accept).start();
  }

  /** A port that the kernel gives to nobody by itself, so that it stays free between two stubs. */
  static int ownPort() throws IOException {
    for (int port : new Random().ints(100, 10_000, 20_000).toArray()) {
      try (ServerSocket listener = new ServerSocket(port, 1, InetAddress.getByName("127.0.0.1"))) {
        return listener.getLocalPort();
      } catch (BindException e) {
        // somebody has it
      }
    }
    throw new BindException("no port is free");
  }

  static Behaviour json(String body) {
    return answer(200, body);
  }

  static Behaviour answer(int status, String body) {
    return to ->
        write(
            to,
            "HTTP/1.1 %d X\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s"
                .formatted(status, body.length(), body));
  }

  static void write(OutputStream to, String bytes) throws IOException {
    to.write(bytes.getBytes(ISO_8859_1));
    to.flush();
  }

  void behave(Behaviour behaviour) {
    this.behaviour = behaviour;
  }

  int port() {
    return listener.getLocalPort();
  }

  /** The lines of each request's head. */
  List<List<String>> requests() {
    return requests;
  }

  int connectionsTaken() {
    return connections.size();
  }

  @Override
  public void close() throws IOException {
    listener.close();
    for (Socket connection : connections) {
      connection.close();
    }
  }

  private void accept() {
    try {
      while (true) {
        Socket connection = listener.accept();
        connections.add(connection);
        Threads.daemons("stub-connection").newThread(() -> serve(connection)).start();
      }
    } catch (IOException e) {
      // closed
    }
  }

  private void serve(Socket connection) {
    try (connection) {
      BufferedReader in =
          new BufferedReader(new InputStreamReader(connection.getInputStream(), ISO_8859_1));
      for (List<String> head = head(in); !head.isEmpty(); head = head(in)) {
        requests.add(head);
        behaviour.answer(connection.getOutputStream());
      }
    } catch (IOException | InterruptedException e) {
      // the other side has gone, or this one wants to
    }
  }

  private static List<String> head(BufferedReader in) throws IOException {
    List<String> lines = new ArrayList<>();
    for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
      lines.add(line);
    }
    return lines;
  }
}
