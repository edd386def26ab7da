package suite;

import java.io.IOException;
import java.io.InputStream;
import java.util.Set;
import java.util.function.LongSupplier;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * Loads the server under test with a call of {@link Schedule} before each of its method calls, field writes and locks,
 * so that a check can hold a thread at any of these places for any length of time, and with a clock that a check can set.
 * This applies to the classes of the server's own package and below; other classes are loaded as usual.
 *
 * <p><b>Threads:</b> any thread.
 */
public final class PausePoints extends ClassLoader {

    private static final int API = Opcodes.ASM9;
    private static final String SCHEDULE = Type.getInternalName(Schedule.class);
    private static final String POINTS = Type.getInternalName(PausePoints.class);
    /** Their methods communicate nothing to other threads. */
    private static final Set<String> PRIVATE = Set.of(
            "java/lang/String", "java/lang/StringBuilder", "java/lang/Object", "java/lang/Integer", "java/lang/Long");

    private final String prefix;
    private volatile LongSupplier clock = System::currentTimeMillis; // Set by a check, read by the server's threads.

    /** @param server the name of the server's class */
    PausePoints(String server, ClassLoader parent) {
        super(parent);
        prefix = server.substring(0, server.indexOf('.') + 1);
    }

    static {
        registerAsParallelCapable();
    }

    /** Returns whether a class of this name is the server's own. */
    boolean isOwn(String name) {
        return name.startsWith(prefix);
    }

    /** Lets the server read this time in milliseconds, wherever it calls {@link System#currentTimeMillis} itself. */
    void setClock(LongSupplier clock) {
        this.clock = clock;
    }

    /** Called by the server instead of {@link System#currentTimeMillis}, with the class that calls it. */
    public static long millis(Class<?> caller) {
        return caller.getClassLoader() instanceof PausePoints points
                ? points.clock.getAsLong()
                : System.currentTimeMillis();
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (!isOwn(name)) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            var loaded = findLoadedClass(name);
            return loaded == null ? define(name) : loaded;
        }
    }

    private Class<?> define(String name) throws ClassNotFoundException {
        try (InputStream in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
            if (in == null) {
                throw new ClassNotFoundException(name);
            }
            var reader = new ClassReader(in);
            var writer = new ClassWriter(reader, ClassWriter.COMPUTE_MAXS);
            reader.accept(new Points(writer, Type.getObjectType(reader.getClassName())), 0);
            var bytes = writer.toByteArray();
            return defineClass(name, bytes, 0, bytes.length);
        } catch (IOException e) {
            throw new ClassNotFoundException(name, e);
        }
    }

    /** Puts the points into one class. */
    private static final class Points extends ClassVisitor {
        private final Type type;

        Points(ClassWriter writer, Type type) {
            super(API, writer);
            this.type = type;
        }

        @Override
        public MethodVisitor visitMethod(
                int access, String name, String descriptor, String signature, String[] exceptions) {
            var next = super.visitMethod(access, name, descriptor, signature, exceptions);
            return name.equals("<clinit>") ? next : new Method(next, type);
        }
    }

    private static final class Method extends MethodVisitor {
        private final Type type;

        Method(MethodVisitor next, Type type) {
            super(API, next);
            this.type = type;
        }

        @Override
        public void visitFieldInsn(int opcode, String owner, String name, String descriptor) {
            if (opcode == Opcodes.PUTFIELD) {
                point("point", "()V");
            }
            super.visitFieldInsn(opcode, owner, name, descriptor);
        }

        /** A value read before a lock may be outdated inside it. */
        @Override
        public void visitInsn(int opcode) {
            if (opcode == Opcodes.MONITORENTER) {
                point("point", "()V");
            }
            super.visitInsn(opcode);
        }

        @Override
        public void visitMethodInsn(int opcode, String owner, String name, String descriptor, boolean isInterface) {
            boolean makes = name.equals("<init>"); // An object under construction is not an object yet.
            if (owner.startsWith("java/util/") && copies(name, descriptor)) {
                super.visitInsn(Opcodes.DUP);
                call("copy");
            } else if (!makes
                    && opcode != Opcodes.INVOKESTATIC
                    && owner.startsWith("java/util/")
                    && receiver(descriptor)) {
                call(name);
            } else if (!makes && !PRIVATE.contains(owner)) {
                point("point", "()V");
            }
            if (owner.equals("java/lang/System") && name.equals("currentTimeMillis")) {
                super.visitLdcInsn(type);
                super.visitMethodInsn(opcode, POINTS, "millis", "(Ljava/lang/Class;)J", false);
            } else {
                super.visitMethodInsn(opcode, owner, name, descriptor, isInterface);
            }
        }

        /** Returns whether it makes a collection from another one, its only argument, which it reads from end to end. */
        private static boolean copies(String name, String descriptor) {
            return (name.equals("<init>") || name.equals("copyOf"))
                    && descriptor.matches("\\(Ljava/util/(Collection|Map);\\).*");
        }

        /** Leaves a copy of the called method's object on the stack, if it has at most two arguments, of one word each. */
        private boolean receiver(String descriptor) {
            var arguments = Type.getArgumentTypes(descriptor);
            if (arguments.length == 0) {
                super.visitInsn(Opcodes.DUP);
            } else if (arguments.length == 1 && arguments[0].getSize() == 1) {
                super.visitInsn(Opcodes.DUP2);
                super.visitInsn(Opcodes.POP);
            } else if (arguments.length == 2 && arguments[0].getSize() + arguments[1].getSize() == 2) {
                super.visitInsn(Opcodes.DUP2_X1); // a b object a b
                super.visitInsn(Opcodes.POP2); // a b object
                super.visitInsn(Opcodes.DUP_X2); // object a b object
            } else {
                return false;
            }
            return true;
        }

        private void call(String method) {
            super.visitLdcInsn(method);
            point("call", "(Ljava/lang/Object;Ljava/lang/String;)V");
        }

        private void point(String name, String descriptor) {
            super.visitMethodInsn(Opcodes.INVOKESTATIC, SCHEDULE, name, descriptor, false);
        }
    }
}
