import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"62. Redaction is an entry of core, @stageflow/core/redaction","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0062-redaction-is-an-entry.md","filePath":"docs/project/decisions/0062-redaction-is-an-entry.md"}');
const _sfc_main = { name: "project/decisions/0062-redaction-is-an-entry.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_62-redaction-is-an-entry-of-core-stageflow-core-redaction" tabindex="-1">62. Redaction is an entry of core, <code>@stageflow/core/redaction</code> <a class="header-anchor" href="#_62-redaction-is-an-entry-of-core-stageflow-core-redaction" aria-label="Permalink to &quot;62. Redaction is an entry of core, \`@stageflow/core/redaction\`&quot;">​</a></h1><ul><li><strong>Area:</strong> Interceptors</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-25</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p>Logging, its sink and tracing need the same code. Each must install alone with core, and no plugin may import another.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><p>It is a separate entry, so that other apps don&#39;t load it. It works by the names of keys and by patterns in text, because a list of paths can&#39;t express &quot;anything under <code>secret</code>&quot;.</p><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><p>Before it looks for a kind of secret, it checks that the text may contain one, so an ordinary log line takes less than a microsecond. The entry is larger than the packages around it: the names, tokens and forms that it knows are most of its code.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0062-redaction-is-an-entry.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0062RedactionIsAnEntry = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0062RedactionIsAnEntry as default
};
