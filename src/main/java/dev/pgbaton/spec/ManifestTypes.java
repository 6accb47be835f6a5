package dev.pgbaton.spec;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.exc.InvalidNullException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.type.LogicalType;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.IntOrString;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * Values → typed objects, as strictly as the API server takes them: no field and no type is
 * guessed.
 */
final class ManifestTypes {
  private static final JsonMapper STRICT = strict();

  private ManifestTypes() {}

  sealed interface Typed {
    record Fits(HasMetadata object) implements Typed {}

    record Misfit(String field, String message) implements Typed {}
  }

  static Typed of(Map<String, Object> values, Class<? extends HasMetadata> type) {
    try {
      return new Typed.Fits(STRICT.convertValue(values, type));
    } catch (IllegalArgumentException e) {
      return e.getCause() instanceof JsonMappingException misfit
          ? new Typed.Misfit(field(misfit), message(misfit))
          : new Typed.Misfit("", "can't be read as a Kubernetes object.");
    }
  }

  private static String field(JsonMappingException e) {
    return e.getPath().stream()
        .map(
            step ->
                step.getFieldName() == null
                    ? "[" + step.getIndex() + "]"
                    : "." + step.getFieldName())
        .collect(Collectors.joining())
        .replaceFirst("^\\.", "");
  }

  /** Jackson's own words would repeat the value, which may be a password. */
  private static String message(JsonMappingException e) {
    return switch (e) {
      case UnrecognizedPropertyException unknown -> {
        var fields =
            unknown.getKnownPropertyIds().stream().map(Objects::toString).sorted().toList();
        yield Suggestion.nearest(unknown.getPropertyName(), fields)
            .map("is not a field here. Did you mean %s?"::formatted)
            .orElseGet(
                () -> "is not a field here. Fields are: %s.".formatted(String.join(", ", fields)));
      }
      case InvalidNullException _ -> "has nothing in it, and has to. Remove it, or write it out.";
      case MismatchedInputException mismatch when mismatch.getTargetType() == String.class ->
          "is no text to Kubernetes, which reads yes, on, 0755 and 1.0 as booleans and numbers. Put it in quotes.";
      case MismatchedInputException mismatch when mismatch.getTargetType() != null ->
          "is not what Kubernetes expects here: %s.".formatted(expected(mismatch.getTargetType()));
      default -> "is not what Kubernetes expects here.";
    };
  }

  private static String expected(Class<?> type) {
    return type == Boolean.class || type == boolean.class
        ? "true or false, without quotes"
        : type == Integer.class || type == Long.class || type == int.class || type == long.class
            ? "a whole number, without quotes"
            : type == IntOrString.class
                ? "a whole number or a text"
                : java.util.Collection.class.isAssignableFrom(type)
                    ? "a list"
                    : Map.class.isAssignableFrom(type) || type.getName().contains(".model.")
                        ? "a mapping"
                        : "another type of value";
  }

  private static JsonMapper strict() {
    var mapper = lenientOnlyWithNulls();
    // As the API server: nothing there is nothing in it, but nothing is no item of a list.
    mapper
        .configOverride(List.class)
        .setSetterInfo(JsonSetter.Value.construct(Nulls.AS_EMPTY, Nulls.FAIL));
    mapper.configOverride(Map.class).setSetterInfo(JsonSetter.Value.forValueNulls(Nulls.AS_EMPTY));
    return mapper;
  }

  private static JsonMapper lenientOnlyWithNulls() {
    return JsonMapper.builder()
        .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
        .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
        .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
        .annotationIntrospector(new NothingExtra())
        .addModule(new SimpleModule().addDeserializer(IntOrString.class, new NumberOrText()))
        .withCoercionConfig(
            LogicalType.Textual,
            texts ->
                texts
                    .setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                    .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                    .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail))
        .build();
  }

  /** The model takes fields that it does not know and keeps them; the API server would not. */
  private static final class NothingExtra extends JacksonAnnotationIntrospector {
    private static final long serialVersionUID = 1;

    @Override
    public Boolean hasAnySetter(Annotated annotated) {
      return false;
    }
  }

  /** The model's own wants an Integer, and numbers are read as Long here. */
  private static final class NumberOrText extends StdDeserializer<IntOrString> {
    private static final long serialVersionUID = 1;

    NumberOrText() {
      super(IntOrString.class);
    }

    @Override
    public IntOrString deserialize(JsonParser parser, DeserializationContext context)
        throws IOException {
      return switch (parser.currentToken()) {
        case VALUE_NUMBER_INT -> new IntOrString(_parseIntPrimitive(parser, context));
        case VALUE_STRING -> new IntOrString(parser.getText());
        default -> (IntOrString) context.handleUnexpectedToken(IntOrString.class, parser);
      };
    }
  }
}
