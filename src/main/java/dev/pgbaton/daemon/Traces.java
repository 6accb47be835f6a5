package dev.pgbaton.daemon;

import dev.pgbaton.apply.ClusterWriter;
import dev.pgbaton.apply.Outcome;
import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.cluster.ObjectKey;
import dev.pgbaton.cluster.PodRef;
import dev.pgbaton.desired.DesiredObject;
import dev.pgbaton.observed.ClusterReader;
import dev.pgbaton.observed.InstanceProbe;
import dev.pgbaton.observed.RouteProbe;
import dev.pgbaton.plan.Plan;
import dev.pgbaton.reconcile.Pass;
import dev.pgbaton.reconcile.ReconcileLoop;
import dev.pgbaton.spec.SpecSource.Fetched;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Scope;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.quarkus.runtime.annotations.RegisterForProxy;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.util.ArrayList;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.MDC;

/**
 * One trace a look at a cluster: a span for the whole of it, and one in it for each question to
 * PostgreSQL and the API server and each write. Names, counts and commits are in them, never a
 * value.
 */
@RegisterForProxy(targets = ClusterReader.class)
@RegisterForProxy(targets = ClusterWriter.class)
@RegisterForProxy(targets = InstanceProbe.class)
@RegisterForProxy(targets = RouteProbe.class)
final class Traces implements ReconcileLoop.Listener, AutoCloseable {
  private final SdkTracerProvider provider;
  private final Tracer tracer;
  private final Map<ClusterId, Open> open = new ConcurrentHashMap<>();

  private record Open(Span span, Scope scope) {}

  private Traces(SdkTracerProvider provider) {
    this.provider = provider;
    this.tracer = provider.get("dev.pgbaton");
  }

  /**
   * @param endpoint that takes OTLP over HTTP, without its path
   */
  static Traces to(URI endpoint) {
    var path = endpoint.toString().replaceFirst("/+$", "") + "/v1/traces";
    var exporter = OtlpHttpSpanExporter.builder().setEndpoint(path).build();
    return new Traces(
        SdkTracerProvider.builder()
            .setResource(
                Resource.getDefault()
                    .merge(
                        Resource.create(
                            Attributes.builder().put("service.name", "pgbaton").build())))
            .addSpanProcessor(BatchSpanProcessor.builder(exporter).build())
            .build());
  }

  @Override
  public void fetched(Fetched fetched) {}

  @Override
  public void begins(ClusterId id) {
    var span =
        tracer
            .spanBuilder("pass")
            .setNoParent()
            .setAttribute("pgbaton.namespace", id.namespace())
            .setAttribute("pgbaton.cluster", id.name())
            .startSpan();
    // The same id as in the log's lines, and the log's lines with the trace's.
    if (MDC.get(DaemonLog.PASS) instanceof String pass) span.setAttribute("pgbaton.pass", pass);
    MDC.put("traceId", span.getSpanContext().getTraceId());
    open.put(id, new Open(span, span.makeCurrent()));
  }

  @Override
  public void passed(Pass pass, Optional<Pass> before) {
    var span = Span.current();
    var health = pass.health();
    span.setAttribute("pgbaton.health", health.condition().name());
    span.setAttribute("pgbaton.text", health.text());
    if (!health.reason().isEmpty()) span.setAttribute("pgbaton.reason", health.reason());
    if (!(pass instanceof Pass.Done done)) return;
    done.observed()
        .journal()
        .intent()
        .ifPresent(intent -> span.setAttribute("pgbaton.commit", intent.commit()));
    span.setAttribute("pgbaton.plan", done.plan().getClass().getSimpleName());
    span.setAttribute("pgbaton.outcome", done.outcome().getClass().getSimpleName());
    if (done.plan() instanceof Plan.Proceed(var step))
      span.setAttribute("pgbaton.step", step.text());
    if (done.outcome() instanceof Outcome.Failed) span.setStatus(StatusCode.ERROR);
  }

  @Override
  public void failed(ClusterId id, RuntimeException e) {
    // Its message may have anything in it that a server says.
    Span.current().setStatus(StatusCode.ERROR, e.getClass().getSimpleName());
  }

  @Override
  public void ended(ClusterId id) {
    var one = open.remove(id);
    if (one == null) return;
    MDC.remove("traceId");
    one.scope().close();
    one.span().end();
  }

  /** A port of which each call is a span. */
  <T> T around(Class<T> port, T to) {
    return port.cast(
        Proxy.newProxyInstance(
            port.getClassLoader(),
            new Class<?>[] {port},
            (_, method, args) -> call(to, method, args)));
  }

  private Object call(Object to, Method method, Object[] args) throws Throwable {
    var span = tracer.spanBuilder(name(method, args)).startSpan();
    try (var _ = span.makeCurrent()) {
      return method.invoke(to, args);
    } catch (InvocationTargetException e) {
      span.setStatus(StatusCode.ERROR, e.getCause().getClass().getSimpleName());
      throw e.getCause();
    } finally {
      span.end();
    }
  }

  /** With the name of what it is done to, and with nothing of its content. */
  private static String name(Method method, Object[] args) {
    var names = new ArrayList<String>();
    names.add(method.getDeclaringClass().getSimpleName() + "." + method.getName());
    for (var arg : args == null ? new Object[0] : args) {
      switch (arg) {
        case PodRef pod -> names.add(pod.name());
        case ObjectKey key -> names.add(key.toString());
        case DesiredObject object -> names.add(object.key().toString());
        case null, default -> {}
      }
    }
    return String.join(" ", names);
  }

  /** What was not sent yet is sent now. */
  void flush() {
    provider.forceFlush().join(10, TimeUnit.SECONDS);
  }

  /** What was not sent yet is sent, for as long as that takes no time. */
  @Override
  public void close() {
    provider.shutdown();
  }
}
