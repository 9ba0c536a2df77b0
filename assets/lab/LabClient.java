// Kafka's own Java client under klever's lab: writes and reads records that carry their identity, changes topics, and
// shows a controller's log.
//
//   java -cp CLASSES:'libs/*' LabClient MODE [FILE]
//
// FILE is a properties file: keys that start with `lab.` say what the application does, all others go to the client
// as they are. It talks in lines on standard output and listens to lines on standard input; the end of standard input
// (the lab is gone) ends it at once. Times are microseconds since 1970.
//
//   produce    in:  send N (each when the one before is settled) | rate R | stop | close
//               out: READY  S number time  A number partition offset time
//                                                          F number partition time ERROR  CLOSED
//   consume    in:  go | close                           out: READY  G partitions...  V count  R partition offset time  CLOSED
//   admin      in:  create TOPIC REPLICAS KEY=VALUE... | delete TOPIC | config TOPIC KEY=VALUE... |
//                   reassign TOPIC PARTITION REPLICAS | partitions TOPIC N | elect preferred|unclean [TOPIC] |
//                   group GROUP | drain TOPIC | end TOPIC
//                                                      out: OK or ERR why; before it D partition offset value, E partition end
//   log        in:  batch offset time_ms value-in-hex   out: one JSON object a record of __cluster_metadata

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.FileReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.metadata.MetadataJsonConverters;
import org.apache.kafka.common.metadata.MetadataRecordType;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.metadata.MetadataRecordSerde;
import org.apache.kafka.server.common.ApiMessageAndVersion;

public final class LabClient {
    private static final PrintStream OUT = new PrintStream(new java.io.FileOutputStream(java.io.FileDescriptor.out), false);

    public static void main(String[] args) throws Exception {
        if (args[0].equals("log")) {
            log();
            return;
        }
        Properties all = new Properties();
        try (FileReader file = new FileReader(args[1])) {
            all.load(file);
        }
        Properties lab = new Properties();
        Properties kafka = new Properties();
        for (String name : all.stringPropertyNames()) {
            (name.startsWith("lab.") ? lab : kafka).setProperty(name, all.getProperty(name));
        }
        switch (args[0]) {
            case "produce" -> new Produce(lab, kafka).run();
            case "consume" -> new Consume(lab, kafka).run();
            case "admin" -> new Administer(kafka).run();
            default -> throw new IllegalArgumentException(args[0]);
        }
        OUT.flush();
        Runtime.getRuntime().halt(0);
    }

    private static void say(String line) {
        synchronized (OUT) {
            OUT.println(line);
            OUT.flush();
        }
    }

    private static long now() {
        Instant now = Instant.now();
        return now.getEpochSecond() * 1_000_000 + now.getNano() / 1000;
    }

    /** Lines of standard input; its end is the end of this process. */
    private static LinkedBlockingQueue<String> listen() {
        LinkedBlockingQueue<String> lines = new LinkedBlockingQueue<>();
        Thread reader = new Thread(() -> {
            try (BufferedReader in = new BufferedReader(new InputStreamReader(System.in))) {
                for (String line = in.readLine(); line != null; line = in.readLine()) {
                    lines.add(line.trim());
                }
            } catch (java.io.IOException end) {
                // The end of input, however it comes, is the end.
            }
            Runtime.getRuntime().halt(1);
        });
        reader.setDaemon(true);
        reader.start();
        return lines;
    }

    private static void serialize(Properties kafka) {
        kafka.putIfAbsent("key.serializer", StringSerializer.class.getName());
        kafka.putIfAbsent("value.serializer", StringSerializer.class.getName());
    }

    private static void deserialize(Properties kafka) {
        kafka.putIfAbsent("key.deserializer", StringDeserializer.class.getName());
        kafka.putIfAbsent("value.deserializer", StringDeserializer.class.getName());
    }

    /** A producer at a rate, or on command. */
    private static final class Produce {
        /** A longer time between two looks at what is due is no matter of a busy machine. */
        private static final long STOOD_STILL_NS = 1_000_000_000;
        private final Properties kafka;
        private final boolean knowsTopic;
        private KafkaProducer<String, String> producer;
        private final String topic;
        private final String name;
        private final int bytes;
        private final String keys;
        private final Integer partition;
        private final boolean resend;
        private final boolean atRandom;
        private final long limit;
        private final Random random;
        private final ConcurrentLinkedQueue<Long> again = new ConcurrentLinkedQueue<>();
        private double rate;
        private long next;
        private long inTurn;
        private volatile long waitingFor = -1;

        Produce(Properties lab, Properties kafka) throws Exception {
            serialize(kafka);
            topic = lab.getProperty("lab.topic");
            name = lab.getProperty("lab.name", "app");
            bytes = Integer.parseInt(lab.getProperty("lab.bytes", "100"));
            keys = lab.getProperty("lab.keys", "none");
            partition = lab.containsKey("lab.partition") ? Integer.valueOf(lab.getProperty("lab.partition")) : null;
            resend = Boolean.parseBoolean(lab.getProperty("lab.resend", "false"));
            atRandom = lab.getProperty("lab.arrivals", "even").equals("random");
            limit = Long.parseLong(lab.getProperty("lab.records", "9223372036854775807"));
            next = Long.parseLong(lab.getProperty("lab.first", "0"));
            random = new Random(Long.parseLong(lab.getProperty("lab.seed", "1")));
            warm(lab, kafka);
            this.kafka = kafka;
            knowsTopic = Boolean.parseBoolean(lab.getProperty("lab.knows_topic", "true"));
        }

        /** One that begins later is made by its first command, and new to its topic then: its first record waits. */
        private KafkaProducer<String, String> producer() {
            if (producer == null) {
                producer = new KafkaProducer<>(kafka);
            }
            return producer;
        }

        /** What the virtual machine compiles after its first records must not look like Kafka's time. */
        private static void warm(Properties lab, Properties kafka) throws Exception {
            String topic = lab.getProperty("lab.warm");
            if (topic == null) {
                return;
            }
            Properties own = new Properties();
            own.putAll(kafka);
            own.remove("transactional.id");
            own.setProperty("client.id", "warm");
            own.setProperty("linger.ms", "0");
            try (KafkaProducer<String, String> producer = new KafkaProducer<>(own)) {
                for (int at = 0; at < 300; at++) {
                    producer.send(new ProducerRecord<>(topic, null, "warm:" + at), (meta, error) -> { });
                    if (at % 20 == 0) {
                        producer.flush();
                    }
                }
            }
        }

        void run() throws Exception {
            if (knowsTopic) {
                producer().partitionsFor(topic);
                Thread.sleep(200);
            }
            say("READY");
            LinkedBlockingQueue<String> commands = listen();
            long start = System.nanoTime();
            long seen = start;
            double due = 0;
            boolean closing = false;
            while (!closing) {
                String command = commands.poll(500, TimeUnit.MICROSECONDS);
                // An application that stood still, in send() or as a whole, has not saved up records meanwhile.
                long stood = System.nanoTime() - seen;
                if (stood > STOOD_STILL_NS) {
                    start += stood;
                }
                seen = System.nanoTime();
                if (command != null) {
                    producer();
                }
                if (command != null && command.startsWith("send ")) {
                    inTurn += Long.parseLong(command.substring(5));
                } else if (command != null && command.startsWith("rate ")) {
                    rate = Double.parseDouble(command.substring(5));
                    start = System.nanoTime();
                    due = 0;
                } else if ("stop".equals(command)) {
                    rate = 0;
                    inTurn = 0;
                    again.clear();
                } else if ("close".equals(command)) {
                    closing = true;
                }
                if (inTurn > 0 && waitingFor < 0) {
                    inTurn--;
                    waitingFor = next;
                    send(next++);
                }
                for (Long number = again.poll(); number != null; number = again.poll()) {
                    send(number);
                }
                double passed = (System.nanoTime() - start) / 1e9 * rate;
                while (due < passed && next < limit) {
                    send(next++);
                    due += gap();
                }
            }
            if (producer != null) {
                producer.close(Duration.ofSeconds(150));
            }
            say("CLOSED");
        }

        /** To the next record, in mean gaps: even ones, or those of records that know nothing of each other. */
        private double gap() {
            return atRandom ? -Math.log(1 - random.nextDouble()) : 1;
        }

        private void send(long number) {
            StringBuilder value = new StringBuilder(bytes).append(name).append(':').append(number).append(':');
            while (value.length() < bytes) {
                value.append('.');
            }
            say("S " + number + " " + now());
            try {
                producer().send(new ProducerRecord<>(topic, partition, key(), value.toString()), (meta, error) -> {
                    if (error == null) {
                        long offset = meta.hasOffset() ? meta.offset() : -1;
                        say("A " + number + " " + meta.partition() + " " + offset + " " + now());
                        settled(number);
                    } else {
                        failed(number, meta == null ? -1 : meta.partition(), error);
                    }
                });
            } catch (RuntimeException error) {
                failed(number, -1, error);
            }
        }

        private void failed(long number, int partition, Exception error) {
            say("F " + number + " " + partition + " " + now() + " " + error.getClass().getSimpleName());
            if (resend) {
                again.add(number);
            } else {
                settled(number);
            }
        }

        private void settled(long number) {
            if (number == waitingFor) {
                waitingFor = -1;
            }
        }

        private String key() {
            return switch (keys) {
                case "none" -> null;
                case "zipf" -> "k" + (int) Math.floor(Math.exp(random.nextDouble() * Math.log(1001)) - 1);
                case "celebrity" -> random.nextBoolean() ? "celebrity" : "k" + random.nextInt(10_000);
                default -> "k" + random.nextInt(10_000);
            };
        }
    }

    /** A member of a group. */
    private static final class Consume implements ConsumerRebalanceListener {
        private final KafkaConsumer<String, String> consumer;
        private final List<String> topics;
        private final double processingMs;
        private final String commit;
        private final ExecutorService workers;

        Consume(Properties lab, Properties kafka) {
            deserialize(kafka);
            commit = lab.getProperty("lab.commit", "auto");
            if (!commit.equals("auto")) {
                kafka.setProperty("enable.auto.commit", "false");
            }
            consumer = new KafkaConsumer<>(kafka);
            topics = List.of(lab.getProperty("lab.topics").split(","));
            processingMs = Double.parseDouble(lab.getProperty("lab.processing_ms", "0"));
            boolean threads = Boolean.parseBoolean(lab.getProperty("lab.worker_threads", "false"));
            workers = threads ? Executors.newSingleThreadExecutor() : null;
        }

        void run() throws Exception {
            say("READY");
            LinkedBlockingQueue<String> commands = listen();
            commands.take();
            consumer.subscribe(topics, this);
            while (!"close".equals(commands.poll())) {
                ConsumerRecords<String, String> batch = consumer.poll(Duration.ofMillis(100));
                if (batch.isEmpty()) {
                    continue;
                }
                if (commit.equals("before")) {
                    consumer.commitSync();
                }
                if (workers != null) {
                    workers.submit(() -> process(batch));
                } else {
                    process(batch);
                }
                if (commit.equals("sync_after")) {
                    consumer.commitSync();
                } else if (commit.equals("async_after")) {
                    consumer.commitAsync();
                }
            }
            consumer.close();
            if (workers != null) {
                workers.shutdown();
            }
            say("CLOSED");
        }

        private void process(ConsumerRecords<String, String> batch) {
            try {
                for (ConsumerRecord<String, String> record : batch) {
                    if (processingMs > 0) {
                        Thread.sleep((long) processingMs, (int) (processingMs % 1 * 1e6));
                    }
                    say("R " + record.topic() + " " + record.partition() + " " + record.offset() + " " + now());
                }
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            say("V " + now() + " " + partitions.size());
        }

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            StringBuilder line = new StringBuilder("G " + now());
            partitions.forEach(each -> line.append(' ').append(each));
            say(line.toString());
        }
    }

    /** Changes to topics, and reading everything back. */
    private static final class Administer {
        private final Properties kafka;
        private final Admin admin;

        Administer(Properties kafka) {
            this.kafka = kafka;
            admin = Admin.create(kafka);
        }

        void run() throws Exception {
            LinkedBlockingQueue<String> commands = listen();
            say("READY");
            for (String line = commands.take(); !line.equals("close"); line = commands.take()) {
                try {
                    obey(line.split(" "));
                    say("OK");
                } catch (Exception error) {
                    Throwable cause = error.getCause() == null ? error : error.getCause();
                    say("ERR " + cause.getClass().getSimpleName() + ": " + String.valueOf(cause.getMessage()).replace('\n', ' '));
                }
            }
        }

        private void obey(String[] words) throws Exception {
            switch (words[0]) {
                case "create" -> create(words);
                case "delete" -> admin.deleteTopics(List.of(words[1])).all().get();
                case "config" -> configure(words[1], settings(words, 2));
                case "reassign" -> admin.alterPartitionReassignments(Map.of(
                    new TopicPartition(words[1], Integer.parseInt(words[2])),
                    Optional.of(new NewPartitionReassignment(ids(words[3]))))).all().get();
                case "partitions" -> admin.createPartitions(
                    Map.of(words[1], NewPartitions.increaseTo(Integer.parseInt(words[2])))).all().get();
                case "elect" -> elect(words);
                case "group" -> admin.describeConsumerGroups(List.of(words[1])).all().get();
                case "drain" -> drain(words[1]);
                case "end" -> end(words[1]);
                default -> throw new IllegalArgumentException(words[0]);
            }
        }

        private static List<Integer> ids(String list) {
            return Arrays.stream(list.split(",")).map(Integer::valueOf).toList();
        }

        private static Map<String, String> settings(String[] words, int from) {
            Map<String, String> settings = new HashMap<>();
            for (String word : Arrays.copyOfRange(words, from, words.length)) {
                settings.put(word.substring(0, word.indexOf('=')), word.substring(word.indexOf('=') + 1));
            }
            return settings;
        }

        /** Replicas are `1,2,3;2,3,1`, a list for each partition, or `NxR` for the controller's own placement. */
        private void create(String[] words) throws Exception {
            Map<String, String> settings = settings(words, 3);
            NewTopic topic;
            if (words[2].contains("x")) {
                String[] counts = words[2].split("x");
                topic = new NewTopic(words[1], Integer.parseInt(counts[0]), Short.parseShort(counts[1]));
            } else {
                Map<Integer, List<Integer>> replicas = new TreeMap<>();
                for (String list : words[2].split(";")) {
                    replicas.put(replicas.size(), ids(list));
                }
                topic = new NewTopic(words[1], replicas);
            }
            admin.createTopics(List.of(topic.configs(settings))).all().get();
        }

        private void configure(String topic, Map<String, String> settings) throws Exception {
            List<AlterConfigOp> changes = new ArrayList<>();
            settings.forEach((key, value) ->
                changes.add(new AlterConfigOp(new ConfigEntry(key, value), AlterConfigOp.OpType.SET)));
            admin.incrementalAlterConfigs(Map.of(new ConfigResource(ConfigResource.Type.TOPIC, topic), changes)).all().get();
        }

        private void elect(String[] words) throws Exception {
            Set<TopicPartition> partitions = null;
            if (words.length > 2) {
                partitions = new java.util.HashSet<>();
                int count = admin.describeTopics(List.of(words[2])).allTopicNames().get().get(words[2]).partitions().size();
                for (int number = 0; number < count; number++) {
                    partitions.add(new TopicPartition(words[2], number));
                }
            }
            ElectionType type = words[1].equals("unclean") ? ElectionType.UNCLEAN : ElectionType.PREFERRED;
            admin.electLeaders(type, partitions).partitions().get();
        }

        private KafkaConsumer<String, String> reader() {
            Properties own = new Properties();
            own.putAll(kafka);
            deserialize(own);
            own.setProperty("enable.auto.commit", "false");
            own.setProperty("auto.offset.reset", "earliest");
            own.setProperty("default.api.timeout.ms", "10000");
            return new KafkaConsumer<>(own);
        }

        private static List<TopicPartition> partitions(KafkaConsumer<String, String> reader, String topic) {
            List<TopicPartition> partitions = new ArrayList<>();
            reader.partitionsFor(topic).stream().filter(info -> info.leader() != null)
                .forEach(info -> partitions.add(new TopicPartition(topic, info.partition())));
            return partitions;
        }

        private void end(String topic) {
            try (KafkaConsumer<String, String> reader = reader()) {
                reader.endOffsets(partitions(reader, topic)).forEach((each, end) -> say("E " + each.partition() + " " + end));
            }
        }

        /** Everything that can be read now, partition by partition. */
        private void drain(String topic) {
            try (KafkaConsumer<String, String> reader = reader()) {
                List<TopicPartition> partitions = partitions(reader, topic);
                Map<TopicPartition, Long> ends = new HashMap<>(reader.endOffsets(partitions));
                reader.assign(partitions);
                reader.seekToBeginning(partitions);
                long until = System.nanoTime() + 60_000_000_000L;
                while (partitions.stream().anyMatch(each -> reader.position(each) < ends.get(each))) {
                    if (System.nanoTime() > until) {
                        throw new IllegalStateException("not drained in a minute");
                    }
                    for (ConsumerRecord<String, String> record : reader.poll(Duration.ofMillis(200))) {
                        String value = record.value();
                        int dots = value.indexOf(':', value.indexOf(':') + 1);
                        say("D " + record.partition() + " " + record.offset() + " " + value.substring(0, dots < 0 ? value.length() : dots));
                    }
                }
                ends.forEach((each, end) -> say("E " + each.partition() + " " + end));
            }
        }
    }

    /** The controller's log: a record a line of standard input, as `batch offset time_ms value-in-hex`. */
    private static void log() throws Exception {
        MetadataRecordSerde serde = new MetadataRecordSerde();
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] words = line.split(" ");
            byte[] value = HexFormat.of().parseHex(words[3]);
            ApiMessageAndVersion message = serde.read(new ByteBufferAccessor(ByteBuffer.wrap(value)), value.length);
            ObjectNode node = new ObjectNode(JsonNodeFactory.instance);
            node.put("batch", Long.parseLong(words[0]));
            node.put("offset", Long.parseLong(words[1]));
            node.put("time_ms", Long.parseLong(words[2]));
            node.put("type", MetadataRecordType.fromId(message.message().apiKey()).name());
            node.put("version", message.version());
            node.set("data", MetadataJsonConverters.writeJson(message.message(), message.version()));
            OUT.println(node);
        }
        OUT.flush();
    }
}
