import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.protocol.Errors;

/** Says of every error of Kafka its code, its name, its exception's class, and whether a client may try again. */
public final class KafkaErrors {
    private KafkaErrors() {}

    public static void main(String[] arguments) {
        for (Errors error : Errors.values()) {
            Throwable exception = error.exception();
            String name = exception == null ? "-" : exception.getClass().getSimpleName();
            boolean retriable = exception instanceof RetriableException;
            System.out.println(error.code() + "\t" + error.name() + "\t" + name + "\t" + retriable);
        }
    }
}
