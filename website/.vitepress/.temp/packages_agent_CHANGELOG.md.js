import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"@stageflow/agent","description":"","frontmatter":{},"headers":[],"relativePath":"packages/agent/CHANGELOG.md","filePath":"packages/agent/CHANGELOG.md"}');
const _sfc_main = { name: "packages/agent/CHANGELOG.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="stageflow-agent" tabindex="-1">@stageflow/agent <a class="header-anchor" href="#stageflow-agent" aria-label="Permalink to &quot;@stageflow/agent&quot;">​</a></h1><h2 id="_1-0-0" tabindex="-1">1.0.0 <a class="header-anchor" href="#_1-0-0" aria-label="Permalink to &quot;1.0.0&quot;">​</a></h2><p><code>agent()</code> makes a pipeline in which a model calls tools in turns: with approvals, limits, checks, and ends that are defined. In a durable run no finished turn is asked for again. <code>pipelineTool()</code> hands a call over to a pipeline or to another agent, and <code>messagesOf()</code> returns the conversation of a run that was stopped.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("packages/agent/CHANGELOG.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const CHANGELOG = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  CHANGELOG as default
};
