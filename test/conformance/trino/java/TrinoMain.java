/** Starts a Trino server; the distribution's own main class is in none of the published libraries. */
public class TrinoMain {
  public static void main(String[] arguments) {
    new io.trino.server.Server().start(arguments[0]);
  }
}
