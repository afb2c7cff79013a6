import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"@stageflow/provider-openai","description":"","frontmatter":{},"headers":[],"relativePath":"packages/provider-openai/CHANGELOG.md","filePath":"packages/provider-openai/CHANGELOG.md"}');
const _sfc_main = { name: "packages/provider-openai/CHANGELOG.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="stageflow-provider-openai" tabindex="-1">@stageflow/provider-openai <a class="header-anchor" href="#stageflow-provider-openai" aria-label="Permalink to &quot;@stageflow/provider-openai&quot;">​</a></h1><h2 id="_1-0-0" tabindex="-1">1.0.0 <a class="header-anchor" href="#_1-0-0" aria-label="Permalink to &quot;1.0.0&quot;">​</a></h2><p><code>openaiChat()</code> and <code>openaiResponses()</code> ask a model with OpenAI&#39;s official client in a stage, with spares and with what every call has used. <code>chatModel()</code> and <code>responsesModel()</code> make a <code>Model</code> for <code>callModel()</code> of <code>@stageflow/models</code>.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("packages/provider-openai/CHANGELOG.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const CHANGELOG = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  CHANGELOG as default
};
