import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"9. All checks run, then all failures are shown","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0009-all-checks-run.md","filePath":"docs/project/decisions/0009-all-checks-run.md"}');
const _sfc_main = { name: "project/decisions/0009-all-checks-run.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_9-all-checks-run-then-all-failures-are-shown" tabindex="-1">9. All checks run, then all failures are shown <a class="header-anchor" href="#_9-all-checks-run-then-all-failures-are-shown" aria-label="Permalink to &quot;9. All checks run, then all failures are shown&quot;">​</a></h1><ul><li><strong>Area:</strong> Workspace and checks</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-25</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p>If you wait a minute, you want to see everything that is wrong.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><p><code>npm test</code> doesn&#39;t stop at the first failure.</p><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><p>One run shows all problems of a change.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0009-all-checks-run.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0009AllChecksRun = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0009AllChecksRun as default
};
