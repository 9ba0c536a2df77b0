import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.Properties;
import java.util.StringJoiner;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.config.AbstractConfig;

/**
 * Says for every set of properties whether Kafka's own client starts with it.
 *
 * <p>A line of standard input is {@code producer} or {@code consumer} and then keys and values, all separated by tabs. A
 * line of standard output is {@code starts} and effective values, or {@code throws} and the reason. What a set leaves out
 * and no client can do without (addresses, serializers) is filled in; nothing listens at the address.
 */
public final class ClientStarts {
    private static final String NOBODY = "127.0.0.1:1";
    private static final String BYTES = "org.apache.kafka.common.serialization.ByteArray";

    private ClientStarts() {}

    public static void main(String[] arguments) throws Exception {
        PrintStream out = new PrintStream(System.out, false, "UTF-8");
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            out.println(answer(line.split("\t", -1)));
        }
        out.flush();
        // Threads of clients that were closed without waiting do not hold the program.
        System.exit(0);
    }

    private static String answer(String[] cells) {
        Properties properties = new Properties();
        for (int at = 1; at + 1 < cells.length; at += 2) {
            properties.setProperty(cells[at], cells[at + 1]);
        }
        properties.putIfAbsent("bootstrap.servers", NOBODY);
        try {
            return "starts\t" + (cells[0].equals("producer") ? producer(properties) : consumer(properties));
        } catch (Throwable thrown) {
            return "throws\t" + reason(thrown);
        }
    }

    private static String producer(Properties properties) throws Exception {
        properties.putIfAbsent("key.serializer", BYTES + "Serializer");
        properties.putIfAbsent("value.serializer", BYTES + "Serializer");
        KafkaProducer<?, ?> made = new KafkaProducer<>(properties);
        try {
            AbstractConfig config = (AbstractConfig) field(made, "producerConfig");
            StringJoiner values = new StringJoiner("\t");
            values.add("acks=" + config.getString("acks"));
            values.add("enable.idempotence=" + config.getBoolean("enable.idempotence"));
            values.add("retries=" + config.getInt("retries"));
            values.add("max.in.flight.requests.per.connection=" + config.getInt("max.in.flight.requests.per.connection"));
            values.add("delivery.timeout.ms=" + field(field(made, "accumulator"), "deliveryTimeoutMs"));
            return values.toString();
        } finally {
            close(() -> made.close(Duration.ZERO));
        }
    }

    private static String consumer(Properties properties) throws Exception {
        properties.putIfAbsent("key.deserializer", BYTES + "Deserializer");
        properties.putIfAbsent("value.deserializer", BYTES + "Deserializer");
        KafkaConsumer<?, ?> made = new KafkaConsumer<>(properties);
        close(() -> made.close(Duration.ZERO));
        ConsumerConfig config = new ConsumerConfig(properties);
        StringJoiner values = new StringJoiner("\t");
        values.add("group.id=" + Optional.ofNullable(config.getString("group.id")).orElse(""));
        values.add("enable.auto.commit=" + autoCommit(config));
        values.add("session.timeout.ms=" + config.getInt("session.timeout.ms"));
        return values.toString();
    }

    /** Some settings (a backoff of years) keep a client from ever ending: nobody waits for it. */
    private static void close(Runnable closing) {
        Thread thread = new Thread(closing);
        thread.setDaemon(true);
        thread.start();
    }

    /** A private field of an object, wherever in its ancestry it is declared. */
    private static Object field(Object of, String name) throws Exception {
        Class<?> type = of.getClass();
        while (!Arrays.stream(type.getDeclaredFields()).anyMatch(field -> field.getName().equals(name))) {
            type = type.getSuperclass();
        }
        Field field = type.getDeclaredField(name);
        field.setAccessible(true);
        return field.get(of);
    }

    /** Without a group nobody commits; until 3.6 that is not yet in the configuration itself. */
    private static Object autoCommit(ConsumerConfig config) throws Exception {
        try {
            Method method = ConsumerConfig.class.getDeclaredMethod("maybeOverrideEnableAutoCommit");
            method.setAccessible(true);
            return method.invoke(config);
        } catch (NoSuchMethodException later) {
            return config.getBoolean("enable.auto.commit");
        }
    }

    /** The innermost reason, for the outer one says "Failed to construct kafka producer". */
    private static String reason(Throwable thrown) {
        Throwable inner = thrown;
        while (inner.getCause() != null) {
            inner = inner.getCause();
        }
        return (inner.getClass().getSimpleName() + ": " + inner.getMessage()).replaceAll("[\\t\\r\\n]+", " ");
    }
}
