package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.Keys;

/** People chat on the page, in a real Chromium. */
@Tag("browser")
@Timeout(300)
class BrowserChatTest {

    @RegisterExtension
    static final Chromium chromium = new Chromium();

    @RegisterExtension
    final Backend backend = new Backend();

    @Test
    void twoPagesShowTheSameMessagesInTheSameOrder() {
        var ann = ChatPage.open(chromium, backend.url("/"));
        chromium.newWindow();
        var bob = ChatPage.open(chromium, backend.url("/"));
        ann.name("ann");
        bob.name("bob");

        var posted = new ArrayList<String>();
        for (int i = 0; i < 5; i++) {
            // Neither waits for the other: the server decides the order.
            ann.say("from ann " + i);
            bob.say("from bob " + i);
            posted.add("ann: from ann " + i);
            posted.add("bob: from bob " + i);
        }

        chromium.await(
                "ten messages on both",
                () -> ann.messages().size() == 10 && bob.messages().size() == 10);
        assertEquals(ann.messages(), bob.messages());
        assertEquals(
                posted.stream().sorted().toList(),
                ann.messages().stream().sorted().toList());
        assertEquals(10, backend.posted());
    }

    @Test
    void enterSendsAndShiftEnterStartsANewLine() {
        var page = ChatPage.open(chromium, backend.url("/"));

        var keyboard = chromium.driver().switchTo().activeElement();
        while (!"user".equals(keyboard.getDomAttribute("id"))) {
            keyboard.sendKeys(Keys.TAB);
            keyboard = chromium.driver().switchTo().activeElement();
        }
        keyboard.sendKeys("ann", Keys.TAB);
        chromium.driver()
                .switchTo()
                .activeElement()
                .sendKeys("one", Keys.chord(Keys.SHIFT, Keys.ENTER), "two", Keys.ENTER);

        page.awaitMessages("ann: one\ntwo");
        page.awaitNothingPending();
        assertEquals("", page.field("text"));
        assertEquals("text", chromium.driver().switchTo().activeElement().getDomAttribute("id"));
        chromium.driver().navigate().refresh();
        assertEquals("ann", page.field("user"));
        page.awaitMessages("ann: one\ntwo");
    }

    @LikelyCause("Safari ends a composed word before its Enter comes, which then only has the code 229 to show for it.")
    @Test
    void enterThatEndsAComposedWordSendsNothing() {
        var page = ChatPage.open(chromium, backend.url("/"));
        page.name("ann");
        chromium.run("""
            const text = document.getElementById('text');
            text.value = 'にほん';
            const key = { key: 'Enter', keyCode: 229, bubbles: true, cancelable: true };
            text.dispatchEvent(new KeyboardEvent('keydown', key));
            """);

        page.say("go");

        page.awaitMessages("ann: にほんgo");
    }

    @Test
    void whatIsWrittenIsShownAndNeverDone() {
        var attacks = List.of(
                "<script>alert(1)</script>",
                "<img src=x onerror=alert(1)>",
                "</p></li></ol><h1 id=broken>out</h1>",
                "<a href=\"javascript:alert(1)\">go</a>",
                "javascript:alert(1)",
                "<style>*{display:none}</style>",
                "\" onmouseover=\"alert(1)\" x=\"",
                "${alert(1)}{{constructor.constructor('alert(1)')()}}",
                "{\"__proto__\":{\"broken\":1},\"type\":\"bye\"}",
                "&lt;b&gt;\u202egnp.exe\u2028\u2029<!--");
        var page = ChatPage.open(chromium, backend.url("/"));
        long elements = page.count("*:not(li, li *)");

        for (String attack : attacks) {
            backend.post("<b onclick=alert(1)>ann</b>", attack);
            backend.post("__proto__", attack);
        }
        page.name("<script>alert(1)</script>");
        page.say(attacks.get(0));

        var expected = new ArrayList<String>();
        for (String attack : attacks) {
            expected.add("<b onclick=alert(1)>ann</b>: " + attack);
            expected.add("__proto__: " + attack);
        }
        expected.add("<script>alert(1)</script>: " + attacks.get(0));
        page.awaitMessages(expected.toArray(String[]::new));
        page.awaitNothingPending();
        assertEquals(0, page.count("#log :is(script, img, a, b, h1, style), #broken"));
        // Every element outside the list was there before, except for the strip's new rows.
        long rows = page.count("#rows tr, #rows tr *");
        assertTrue(page.count("*:not(li, li *)") - rows <= elements, "elements appeared");
        assertEquals(true, chromium.run("return {}.broken === undefined"));
        page.assertInnocent();
    }

    @Test
    void whatCannotBeSentIsSaidAtTheFieldAndStaysThere() {
        var page = ChatPage.open(chromium, backend.url("/"));

        page.say("who?");
        assertEquals("Please say who you are.", page.text("user-says"));
        page.name("ann");
        page.paste("text", "😀".repeat(4_097));
        page.type(Keys.ENTER);
        assertEquals("That is 4097 characters; up to 4096 fit. Please shorten it by 1.", page.text("text-says"));
        assertEquals(8_194, page.field("text").length());

        page.type(Keys.BACK_SPACE, Keys.ENTER);
        page.awaitMessages("ann: " + "😀".repeat(4_096));
        assertEquals("", page.text("text-says"));
    }

    @Test
    void whatTheServerRefusesComesBackWithItsReason() {
        var page = ChatPage.open(chromium, backend.url("/"));
        page.name("ann");

        page.say("one");
        page.awaitMessages("ann: one");
        page.paste("user", "\u202Enna");
        page.say("two");

        chromium.await("a reason", () -> !page.text("user-says").isEmpty());
        assertEquals(
                "The name has U+202E RIGHT-TO-LEFT OVERRIDE, which reorders text: remove it.", page.text("user-says"));
        assertEquals("", page.text("text-says"));
        assertEquals("two", page.field("text"));
        assertEquals("true", chromium.driver().findElement(By.id("user")).getDomAttribute("aria-invalid"));
        page.name("ann");
        page.type(Keys.ENTER);
        page.awaitMessages("ann: one", "ann: two");
        assertEquals("", page.text("user-says"));
    }

    @Test
    void theListFollowsItsEndUnlessItsUserReadsFurtherUp() {
        var page = ChatPage.open(chromium, backend.url("/"));
        for (int i = 0; i < 40; i++) {
            backend.post("ann", "message " + i);
        }
        chromium.await("forty messages", () -> page.messages().size() == 40);
        String placeOf = "return document.querySelectorAll('#messages li')[arguments[0]].getBoundingClientRect().bottom"
                + " - document.getElementById('log').getBoundingClientRect().bottom";
        assertTrue(chromium.<Number>run(placeOf, 39).doubleValue() <= 0, "the newest message is in sight");

        chromium.run("document.getElementById('log').scrollTop = -400");
        double place = chromium.<Number>run(placeOf, 20).doubleValue();
        backend.post("bob", "one more");
        chromium.await("one more", () -> page.messages().size() == 41);
        // The browser anchors the scroll in its next frame.
        chromium.await(
                "the same place as before",
                () -> Math.abs(chromium.<Number>run(placeOf, 20).doubleValue() - place) < 2);
    }

    @Test
    void aNarrowPhoneNeverScrollsSideways() {
        chromium.driver()
                .executeCdpCommand(
                        "Emulation.setDeviceMetricsOverride",
                        java.util.Map.of("width", 320, "height", 640, "deviceScaleFactor", 2, "mobile", true));
        var page = ChatPage.open(chromium, backend.url("/"));
        backend.post("W".repeat(64), "m".repeat(500) + " \n" + "word ".repeat(50));
        chromium.await("the message", () -> page.messages().size() == 1);

        for (int strip = 0; strip < 2; strip++) {
            assertEquals(
                    List.of(320L, 320L), chromium.run("return [innerWidth, document.documentElement.scrollWidth]"));
            Dimension send =
                    chromium.driver().findElement(By.cssSelector("form button")).getSize();
            assertTrue(send.width >= 44 && send.height >= 40, "the button suits a thumb");
            chromium.driver().findElement(By.id("toggle")).click();
        }
    }
}
