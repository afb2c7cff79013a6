import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"@stageflow/interceptor-deadline","description":"","frontmatter":{},"headers":[],"relativePath":"packages/interceptor-deadline/CHANGELOG.md","filePath":"packages/interceptor-deadline/CHANGELOG.md"}');
const _sfc_main = { name: "packages/interceptor-deadline/CHANGELOG.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="stageflow-interceptor-deadline" tabindex="-1">@stageflow/interceptor-deadline <a class="header-anchor" href="#stageflow-interceptor-deadline" aria-label="Permalink to &quot;@stageflow/interceptor-deadline&quot;">​</a></h1><h2 id="_1-0-0" tabindex="-1">1.0.0 <a class="header-anchor" href="#_1-0-0" aria-label="Permalink to &quot;1.0.0&quot;">​</a></h2><p><code>deadline()</code> doesn&#39;t run a stage if less time is left until the deadline around it than the stage is expected to take, in ms: <code>deadlineBudget: { expectedMs: 500 }</code>. The stage fails at once with <code>deadline/too-late</code>. Its <code>onFailure</code>, which such a stage must have, skips it or gives its dependents a fallback.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("packages/interceptor-deadline/CHANGELOG.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const CHANGELOG = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  CHANGELOG as default
};
