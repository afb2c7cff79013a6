import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"59. fork is a method, unlike the functions that stages use","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0059-methods-of-the-interceptor-context.md","filePath":"docs/project/decisions/0059-methods-of-the-interceptor-context.md"}');
const _sfc_main = { name: "project/decisions/0059-methods-of-the-interceptor-context.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_59-fork-is-a-method-unlike-the-functions-that-stages-use" tabindex="-1">59. <code>fork</code> is a method, unlike the functions that stages use <a class="header-anchor" href="#_59-fork-is-a-method-unlike-the-functions-that-stages-use" aria-label="Permalink to &quot;59. \`fork\` is a method, unlike the functions that stages use&quot;">​</a></h1><ul><li><strong>Area:</strong> Interceptors</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-25</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p>A function that you can destructure is created again at each reading. For every stage, that cost more than the functions themselves.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><p><code>context.fork()</code> is a method, and its type refuses destructuring. <code>observe</code>, <code>run</code> and <code>end</code> were methods too; they are gone.</p><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><p>The context of stages differs: <a href="/project/decisions/0014-functions-of-the-context">decision 14</a>.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0059-methods-of-the-interceptor-context.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0059MethodsOfTheInterceptorContext = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0059MethodsOfTheInterceptorContext as default
};
