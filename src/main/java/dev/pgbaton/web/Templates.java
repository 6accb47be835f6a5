package dev.pgbaton.web;

import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;

/** Pages, and the parts of them that change while somebody looks. */
final class Templates {
  private Templates() {}

  @CheckedTemplate(basePath = "fleet")
  static final class Fleet {
    private Fleet() {}

    static native TemplateInstance page(FleetPage page);

    static native TemplateInstance head(FleetPage.Head head);

    static native TemplateInstance row(FleetPage.Row row);
  }

  @CheckedTemplate(basePath = "cluster")
  static final class Cluster {
    private Cluster() {}

    static native TemplateInstance page(ClusterView cluster, Buttons buttons);

    static native TemplateInstance actions(Buttons buttons);

    static native TemplateInstance status(ClusterView cluster);

    static native TemplateInstance instances(ClusterView cluster);

    static native TemplateInstance plan(ClusterView cluster);

    static native TemplateInstance rollouts(ClusterView cluster);

    static native TemplateInstance decisions(ClusterView cluster);

    static native TemplateInstance events(ClusterView cluster);

    static native TemplateInstance changes(ClusterView cluster);
  }

  @CheckedTemplate(basePath = "said")
  static final class Said {
    private Said() {}

    static native TemplateInstance page(ButtonPresses.Said said);
  }

  @CheckedTemplate(basePath = "signin")
  static final class SignIn {
    private SignIn() {}

    /**
     * @param issuer its host; empty where there is none
     */
    static native TemplateInstance page(String why, String issuer);
  }
}
