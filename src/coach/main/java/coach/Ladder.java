package coach;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.StreamSupport;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The lessons in their order, and which of them a plan has time for, as {@code lessons/ladder.json} says.
 *
 * <p><b>Threads:</b> immutable.
 */
record Ladder(List<Rung> rungs, Map<String, List<String>> plans) {

    static final Path FILE = Path.of("lessons", "ladder.json");

    static Ladder read(Path file) {
        try {
            return of(JsonMapper.shared().readTree(Text.read(file)));
        } catch (JacksonException e) {
            throw new Mistake(file + " is not JSON: " + e.getOriginalMessage(), e);
        } catch (Mistake e) {
            throw new Mistake(file + ": " + e.getMessage(), e);
        }
    }

    private static Ladder of(JsonNode json) {
        var rungs = new ArrayList<Rung>();
        json.path("lessons").forEach(lesson -> rungs.add(rung(lesson)));
        var ids = new HashSet<String>();
        var slugs = new HashSet<String>();
        for (var rung : rungs) {
            if (!ids.add(rung.id()) || !slugs.add(rung.slug())) {
                throw new Mistake("two lessons have the id " + rung.id() + " or the slug " + rung.slug());
            }
        }
        if (rungs.isEmpty()) {
            throw new Mistake("there are no \"lessons\"");
        }
        var plans = new LinkedHashMap<String, List<String>>();
        json.path("plans").properties().forEach(plan -> plans.put(plan.getKey(), strings(plan.getValue())));
        return new Ladder(List.copyOf(rungs), plans);
    }

    private static Rung rung(JsonNode json) {
        var red = json.path("red");
        var minutes = json.path("minutes");
        return new Rung(
                text(json, "id"),
                text(json, "slug"),
                text(json, "title"),
                strings(json.path("tests")).stream()
                        .map(name -> name.contains(".") ? name : "suite." + name)
                        .toList(),
                strings(json.path("proof")),
                json.path("step").asString(""),
                red.isMissingNode()
                        ? Optional.empty()
                        : Optional.of(new Rung.Red(text(red, "on"), text(red, "test"), new Promise(text(red, "says")))),
                new Rung.Minutes(
                        minutes.path("teach").asInt(0),
                        minutes.path("do").asInt(0),
                        minutes.path("review").asInt(0)),
                json.path("later").asBoolean(false));
    }

    private static String text(JsonNode json, String field) {
        var value = json.path(field);
        if (!value.isString() || value.stringValue().isBlank()) {
            throw new Mistake("the field \"" + field + "\" is missing in " + json);
        }
        return value.stringValue();
    }

    private static List<String> strings(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .map(JsonNode::asString)
                .toList();
    }

    /** The lesson of this number, written 5 or 05, or of this slug. */
    Rung find(String name) {
        var id = name.length() == 1 ? "0" + name : name;
        return rungs.stream()
                .filter(rung -> rung.id().equals(id) || rung.slug().equals(name))
                .findFirst()
                .orElseThrow(() -> new Mistake("there is no lesson " + name + "; the lessons are "
                        + rungs.get(0).id() + " to "
                        + rungs.get(rungs.size() - 1).id()));
    }

    /** The same, but it must be one that can be worked at now. */
    Rung findOpen(String name) {
        var rung = find(name);
        if (rung.later()) {
            throw new Mistake("lesson " + rung + " is still to come");
        }
        return rung;
    }

    /** Those that tests judge. */
    List<Rung> judged() {
        return rungs.stream().filter(Rung::judged).toList();
    }

    /** Those whose wrong answers are caught. */
    List<Rung> proven() {
        return rungs.stream().filter(Rung::proven).toList();
    }

    /** Those that can be worked at now. */
    List<Rung> open() {
        return rungs.stream().filter(rung -> !rung.later()).toList();
    }

    Optional<Rung> before(Rung rung) {
        int at = rungs.indexOf(rung);
        return at > 0 ? Optional.of(rungs.get(at - 1)) : Optional.empty();
    }

    Optional<Rung> after(Rung rung) {
        int at = open().indexOf(rung) + 1;
        return at < open().size() ? Optional.of(open().get(at)) : Optional.empty();
    }
}
