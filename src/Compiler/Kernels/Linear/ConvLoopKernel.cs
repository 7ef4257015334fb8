using System.Collections.Generic;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Pooling;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Linear;

/// <summary>Convolution as plain loops: double, Half, and weights that are computed at run time.</summary>
internal sealed class ConvLoopKernel : Kernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node conv = group.Head;
        if (!group.IsSingle || Arithmetic.Of(context.ElementType(conv.Inputs[0])) is not { } arithmetic) return null;
        ConvLayer layer = ConvLayer.Read(conv, context);
        return new ConvLoopStep(layer, arithmetic)
        {
            Nodes = group.Nodes,
            Inputs = conv.HasInput(2) ? [conv.Inputs[0], conv.Inputs[1], conv.Inputs[2]] : [conv.Inputs[0], conv.Inputs[1]],
            Outputs = [conv.Outputs[0]],
            MultiplyAdds = layer.MultiplyAdds,
            Summary = "Conv " + layer.Text + ", in " + arithmetic.Type,
        };
    }

    private sealed class ConvLoopStep(ConvLayer layer, Arithmetic arithmetic) : Step
    {
        public override string Kernel => "Conv.Loops";

        public override void Emit(StepWriter writer)
        {
            WindowGeometry window = layer.Window;
            int groupInputs = layer.InChannels / layer.Groups;
            int groupOutputs = layer.OutChannels / layer.Groups;
            using var nest = new LoopScope(writer);
            nest.Loop("n", layer.Batch).Loop("g", layer.Groups).Loop("oc", groupOutputs);
            WindowLoops.OverOutputs(nest, window);
            string channel = nest.Index(("g", groupOutputs), ("oc", 1));
            string bias = Inputs.Length > 2 ? arithmetic.Load(writer.Input(2) + "[" + channel + "]") : arithmetic.Zero;
            writer.Line($"{arithmetic.Sum} sum = {bias};");
            using (var taps = new LoopScope(writer))
            {
                taps.Loop("ic", groupInputs);
                string inside = WindowLoops.OverTaps(writer, nest, taps, window);
                string plane = Index(nest, taps, ("n", layer.InChannels * window.InLength), ("g", groupInputs * window.InLength), ("ic", window.InLength));
                string x = plane == "0" ? inside : inside == "0" ? plane : Parenthesised(plane) + " + " + inside;
                string w = Index(nest, taps, [("g", groupOutputs * layer.Taps), ("oc", layer.Taps), ("ic", window.KernelLength), .. WindowLoops.TapTerms(window)]);
                writer.Line(arithmetic.AddProduct("sum", writer.Input(0) + "[" + x + "]", writer.Input(1) + "[" + w + "]"));
            }

            string y = nest.Index([("n", layer.OutChannels * window.OutLength), ("g", groupOutputs * window.OutLength), ("oc", window.OutLength), .. WindowLoops.OutputTerms(window)]);
            writer.Line($"{writer.Output(0)}[{y}] = {arithmetic.Store("sum")};");
        }

        private static string Parenthesised(string sum) => sum.Contains(" + ") || !sum.Contains(" ") ? sum : "(" + sum + ")";

        private static string Index(LoopScope outer, LoopScope inner, params (string Variable, int Stride)[] terms)
        {
            var open = new List<string>();
            foreach ((string variable, _) in terms)
                if (outer.Has(variable) || inner.Has(variable)) open.Add(variable);
            return LoopScope.Index(open, terms);
        }
    }
}
