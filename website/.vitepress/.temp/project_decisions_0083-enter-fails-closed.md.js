import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"83. enter fails closed","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0083-enter-fails-closed.md","filePath":"docs/project/decisions/0083-enter-fails-closed.md"}');
const _sfc_main = { name: "project/decisions/0083-enter-fails-closed.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_83-enter-fails-closed" tabindex="-1">83. <code>enter</code> fails closed <a class="header-anchor" href="#_83-enter-fails-closed" aria-label="Permalink to &quot;83. \`enter\` fails closed&quot;">​</a></h1><ul><li><strong>Area:</strong> Interceptors</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-27</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p>If an <code>enter</code> threw or didn&#39;t call <code>next</code>, that was reported, and the stage ran without the async context of <code>enter</code>. For tracing this is harmless. For an interceptor that sets a tenant or a transaction it isn&#39;t: the stage ran outside its tenant, and the run was <code>ok</code>.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><p>If <code>enter</code> throws before <code>next</code>, or returns without having called it, the call or the run fails with <code>core/interceptor-enter</code>, and nothing inside it runs. <code>next</code> works once, until <code>enter</code> returns. If <code>enter</code> throws after <code>next</code>, that is reported and changes nothing, because the code has run.</p><p>Rejected: a stage that runs although <code>enter</code> failed, with a report. It protects a broken interceptor at the expense of the data that the interceptor protects.</p><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><p>If an interceptor passes <code>next</code> to foreign code and must not fail the call, it calls <code>next()</code> again at the end of its <code>enter</code>. Tracing does this. The contract suite has cases for <code>enter</code>.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0083-enter-fails-closed.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0083EnterFailsClosed = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0083EnterFailsClosed as default
};
