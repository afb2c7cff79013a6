import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"@stageflow/interceptor-fallback","description":"","frontmatter":{},"headers":[],"relativePath":"packages/interceptor-fallback/CHANGELOG.md","filePath":"packages/interceptor-fallback/CHANGELOG.md"}');
const _sfc_main = { name: "packages/interceptor-fallback/CHANGELOG.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="stageflow-interceptor-fallback" tabindex="-1">@stageflow/interceptor-fallback <a class="header-anchor" href="#stageflow-interceptor-fallback" aria-label="Permalink to &quot;@stageflow/interceptor-fallback&quot;">​</a></h1><h2 id="_1-0-0" tabindex="-1">1.0.0 <a class="header-anchor" href="#_1-0-0" aria-label="Permalink to &quot;1.0.0&quot;">​</a></h2><p><code>fallback()</code> calls a stage again another way if it fails, such as with a second model or provider: <code>fallback: { ways: [&#39;main&#39;, &#39;spare&#39;] }</code>. The stage reads its way with <code>wayOf(context)</code>. The next way is called at once, after a transient failure, a timeout or an open circuit, as long as the stage has delivered and read no chunk. If all ways have failed, the stage fails with <code>fallback/exhausted</code>.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("packages/interceptor-fallback/CHANGELOG.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const CHANGELOG = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  CHANGELOG as default
};
