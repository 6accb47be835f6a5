package dev.pgbaton.spec;

import java.util.Optional;

/**
 * A field that a commit changed.
 *
 * @param name such as {@code spec.image}, behind its object's kind and name in plain manifests
 * @param before empty for one that was not there
 * @param after empty for one that is gone
 */
public record FieldChange(String name, Optional<String> before, Optional<String> after) {}
