using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Pooling;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Linear;

/// <summary>ConvTranspose as plain loops that gather what reaches each output: all float types, any rank, weights of run time.</summary>
internal sealed class TransposedConvLoopKernel : Kernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        if (!group.IsSingle || Arithmetic.Of(context.ElementType(node.Inputs[0])) is not { } arithmetic) return null;
        var layer = TransposedConvLayer.Read(node, context);
        return new LoopStep(layer, arithmetic)
        {
            Nodes = group.Nodes,
            Inputs = [.. node.Inputs.Where(i => i.Length > 0)],
            Outputs = [node.Outputs[0]],
            MultiplyAdds = layer.MultiplyAdds,
            Summary = layer.Text + ", in " + arithmetic.Type,
        };
    }

    private sealed class LoopStep(TransposedConvLayer layer, Arithmetic arithmetic) : Step
    {
        public override string Kernel => "ConvTranspose.Loops";

        internal override StepRounding? Rounding => StepRounding.OfNodes;

        public override void Emit(StepWriter writer)
        {
            WindowGeometry window = layer.Window;
            (int groupInputs, int groupOutputs) = (layer.InChannels / layer.Groups, layer.OutChannels / layer.Groups);
            string[] places = WindowLoops.OutputNames(window);
            using var nest = new LoopScope(writer);
            nest.Loop("n", layer.Batch).Loop("g", layer.Groups).Loop("oc", groupOutputs);
            for (int i = 0; i < places.Length; i++) nest.Loop(places[i], window.Axes[i].In);
            string channel = nest.Index(("g", groupOutputs), ("oc", 1));
            string bias = Inputs.Length > 2 ? arithmetic.Load(writer.Input(2) + "[" + channel + "]") : arithmetic.Zero;
            writer.Line($"{arithmetic.Sum} sum = {bias};");
            using (var taps = new LoopScope(writer))
            {
                taps.Loop("ic", groupInputs);
                string inside = WriteSources(writer, nest, taps);
                string plane = Index(nest, taps, [("n", layer.InChannels * window.OutLength), ("g", groupInputs * window.OutLength), ("ic", window.OutLength)]);
                string x = plane == "0" ? inside : inside == "0" ? plane : (plane.Contains(" ") && !plane.Contains(" + ") ? "(" + plane + ")" : plane) + " + " + inside;
                int filter = groupOutputs * window.KernelLength;
                string w = Index(nest, taps, [("g", groupInputs * filter), ("ic", filter), ("oc", window.KernelLength), .. WindowLoops.TapTerms(window)]);
                writer.Line(arithmetic.AddProduct("sum", writer.Input(0) + "[" + x + "]", writer.Input(1) + "[" + w + "]"));
            }

            string y = nest.Index([("n", layer.OutChannels * window.InLength), ("g", groupOutputs * window.InLength), ("oc", window.InLength),
                .. WindowLoops.Terms(places, [.. window.Axes.Select(a => a.In)])]);
            writer.Line($"{writer.Output(0)}[{y}] = {arithmetic.Store("sum")};");
        }

        /// <summary>Opens the loops over taps; those by which no input reaches the output are skipped.</summary>
        private string WriteSources(StepWriter writer, LoopScope nest, LoopScope taps)
        {
            WindowGeometry window = layer.Window;
            string[] places = WindowLoops.OutputNames(window);
            string[] tapNames = WindowLoops.TapNames(window);
            int[] strides = Operators.Shaping.Positions.Strides([.. window.Axes.Select(a => a.Out)]);
            var index = new List<string>();
            for (int i = 0; i < places.Length; i++)
            {
                WindowAxis axis = window.Axes[i];
                if (axis == WindowAxis.Missing) continue;
                taps.Loop(tapNames[i], axis.Kernel, always: true);
                string source = "from" + tapNames[i].Substring(1).ToUpperInvariant();
                string place = nest.Has(places[i]) ? axis.Before == 0 ? places[i] : $"{places[i]} + {axis.Before}" : CSharpLiteral.Of(axis.Before);
                string reach = axis.Dilation == 1 ? tapNames[i] : $"({tapNames[i]} * {axis.Dilation})";
                writer.Line($"int {source} = {place} - {reach};");
                string gap = axis.Stride == 1 ? "" : $" || {source} % {axis.Stride} != 0";
                writer.Line($"if ({source} < 0{gap} || {source} >= {(long)axis.Out * axis.Stride}) continue;");
                string element = axis.Stride == 1 ? source : strides[i] == 1 ? $"({source} / {axis.Stride})" : $"{source} / {axis.Stride}";
                index.Add(strides[i] == 1 ? element : $"({element} * {strides[i]})");
            }

            return index.Count == 0 ? "0" : string.Join(" + ", index);
        }

        private static string Index(LoopScope outer, LoopScope inner, (string Variable, int Stride)[] terms)
            => LoopScope.Index([.. terms.Select(t => t.Variable).Where(v => outer.Has(v) || inner.Has(v))], terms);
    }
}
