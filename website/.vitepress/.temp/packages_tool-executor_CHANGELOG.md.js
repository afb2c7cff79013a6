import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"@stageflow/tool-executor","description":"","frontmatter":{},"headers":[],"relativePath":"packages/tool-executor/CHANGELOG.md","filePath":"packages/tool-executor/CHANGELOG.md"}');
const _sfc_main = { name: "packages/tool-executor/CHANGELOG.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="stageflow-tool-executor" tabindex="-1">@stageflow/tool-executor <a class="header-anchor" href="#stageflow-tool-executor" aria-label="Permalink to &quot;@stageflow/tool-executor&quot;">​</a></h1><h2 id="_1-0-0" tabindex="-1">1.0.0 <a class="header-anchor" href="#_1-0-0" aria-label="Permalink to &quot;1.0.0&quot;">​</a></h2><p>Runs the tool calls of models, with limits, timeouts, retries, idempotency keys and events. A hook approves calls before they are made, and an undo log makes them undoable: you pass both in.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("packages/tool-executor/CHANGELOG.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const CHANGELOG = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  CHANGELOG as default
};
