import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"@stageflow/keyed-work","description":"","frontmatter":{},"headers":[],"relativePath":"packages/keyed-work/CHANGELOG.md","filePath":"packages/keyed-work/CHANGELOG.md"}');
const _sfc_main = { name: "packages/keyed-work/CHANGELOG.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="stageflow-keyed-work" tabindex="-1">@stageflow/keyed-work <a class="header-anchor" href="#stageflow-keyed-work" aria-label="Permalink to &quot;@stageflow/keyed-work&quot;">​</a></h1><h2 id="_1-0-0" tabindex="-1">1.0.0 <a class="header-anchor" href="#_1-0-0" aria-label="Permalink to &quot;1.0.0&quot;">​</a></h2><p><code>keyedWork()</code> does a piece of work once per key, in one process or many. A call gets one of twelve endings, such as <code>executed</code>, <code>shared</code>, <code>hit</code>, <code>other-input</code> or <code>in-progress</code>. Claims have leases, which are renewed while the work runs. The package has the interface <code>KeyedStore</code>, and the contracts that prove a store of your own. Its store in memory keeps every record until its end, with a share for each owner. It also has <code>ApprovalStore</code> and <code>UndoStore</code>, and the bounded map of their stores in memory. <code>@stageflow/interceptor-idempotency</code> and <code>@stageflow/tool-executor</code> are built on it.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("packages/keyed-work/CHANGELOG.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const CHANGELOG = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  CHANGELOG as default
};
