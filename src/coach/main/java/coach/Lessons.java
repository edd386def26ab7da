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
 * The lessons in their order, and those that each plan has time for, as {@code lessons/ladder.json} lists them.
 *
 * <p><b>Threads:</b> immutable.
 */
record Lessons(List<Lesson> all, Map<String, List<String>> plans) {

    static final Path FILE = Path.of("lessons", "ladder.json");

    static Lessons read(Path file) {
        try {
            return of(JsonMapper.shared().readTree(Text.read(file)));
        } catch (JacksonException e) {
            throw new UserError(file + " is not JSON: " + e.getOriginalMessage(), e);
        } catch (UserError e) {
            throw new UserError(file + ": " + e.getMessage(), e);
        }
    }

    private static Lessons of(JsonNode json) {
        var lessons = new ArrayList<Lesson>();
        json.path("lessons").forEach(lesson -> lessons.add(lesson(lesson)));
        var ids = new HashSet<String>();
        var slugs = new HashSet<String>();
        for (var lesson : lessons) {
            if (!ids.add(lesson.id()) || !slugs.add(lesson.slug())) {
                throw new UserError("two lessons have the id " + lesson.id() + " or the slug " + lesson.slug());
            }
        }
        if (lessons.isEmpty()) {
            throw new UserError("there are no \"lessons\"");
        }
        var plans = new LinkedHashMap<String, List<String>>();
        json.path("plans").properties().forEach(plan -> plans.put(plan.getKey(), strings(plan.getValue())));
        return new Lessons(List.copyOf(lessons), plans);
    }

    private static Lesson lesson(JsonNode json) {
        var red = json.path("red");
        var minutes = json.path("minutes");
        return new Lesson(
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
                        : Optional.of(new Lesson.Red(
                                text(red, "on"), text(red, "test"), new ExpectedFailure(text(red, "says")))),
                new Lesson.Minutes(
                        minutes.path("teach").asInt(0),
                        minutes.path("do").asInt(0),
                        minutes.path("review").asInt(0)),
                json.path("later").asBoolean(false));
    }

    private static String text(JsonNode json, String field) {
        var value = json.path(field);
        if (!value.isString() || value.stringValue().isBlank()) {
            throw new UserError("the field \"" + field + "\" is missing in " + json);
        }
        return value.stringValue();
    }

    private static List<String> strings(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .map(JsonNode::asString)
                .toList();
    }

    /** Returns the lesson of this number, written 5 or 05, or of this slug. */
    Lesson find(String name) {
        var id = name.length() == 1 ? "0" + name : name;
        return all.stream()
                .filter(lesson -> lesson.id().equals(id) || lesson.slug().equals(name))
                .findFirst()
                .orElseThrow(() -> new UserError("there is no lesson " + name + "; the lessons are "
                        + all.get(0).id() + " to "
                        + all.get(all.size() - 1).id()));
    }

    /** Finds the same, which must be a lesson that is open now. */
    Lesson findOpen(String name) {
        var lesson = find(name);
        if (lesson.later()) {
            throw new UserError("lesson " + lesson + " is still to come");
        }
        return lesson;
    }

    /** Returns the lessons that tests judge. */
    List<Lesson> judged() {
        return all.stream().filter(Lesson::judged).toList();
    }

    /** Returns the lessons whose wrong answers are caught. */
    List<Lesson> proven() {
        return all.stream().filter(Lesson::proven).toList();
    }

    /** Returns the lessons that are open now. */
    List<Lesson> open() {
        return all.stream().filter(lesson -> !lesson.later()).toList();
    }

    /** Returns the servers of the matrix: the one that the first lesson starts from, and then every lesson's end. */
    List<Lesson> steps() {
        var steps = new ArrayList<>(open());
        if (steps.get(0).hasStart()) {
            steps.add(0, steps.get(0).start());
        }
        return steps;
    }

    /** Returns the step of this name: a lesson's number or slug; {@code start}, the naive server; {@code 12/start}. */
    Lesson step(String name) {
        int slash = name.indexOf("/" + Lesson.START);
        if (slash > 0) {
            return find(name.substring(0, slash)).start();
        }
        return name.equals(Lesson.START) ? steps().get(0) : find(name);
    }

    Optional<Lesson> before(Lesson lesson) {
        int at = all.indexOf(lesson);
        return at > 0 ? Optional.of(all.get(at - 1)) : Optional.empty();
    }

    Optional<Lesson> after(Lesson lesson) {
        int at = open().indexOf(lesson) + 1;
        return at < open().size() ? Optional.of(open().get(at)) : Optional.empty();
    }
}
