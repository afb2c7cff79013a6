import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"98. A tool runs only what a registry resolved","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0098-tools-run-only-resolved-calls.md","filePath":"docs/project/decisions/0098-tools-run-only-resolved-calls.md"}');
const _sfc_main = { name: "project/decisions/0098-tools-run-only-resolved-calls.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_98-a-tool-runs-only-what-a-registry-resolved" tabindex="-1">98. A tool runs only what a registry resolved <a class="header-anchor" href="#_98-a-tool-runs-only-what-a-registry-resolved" aria-label="Permalink to &quot;98. A tool runs only what a registry resolved&quot;">​</a></h1><ul><li><strong>Area:</strong> Streams, sinks, exporters and tools</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-25</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p>The calls come from a model.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><p><code>parseAndResolve</code> marks its calls in a way that other code can&#39;t forge, so no input bypasses its schema. A call of an unknown shape is reported as unresolved, and never skipped.</p><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><p>A call with truncated arguments isn&#39;t made.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0098-tools-run-only-resolved-calls.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0098ToolsRunOnlyResolvedCalls = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0098ToolsRunOnlyResolvedCalls as default
};
