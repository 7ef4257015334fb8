using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels.Linear;
using RedGen.Compiler.Operators.Pooling;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Quantised;

/// <summary>ConvInteger and QLinearConv as plain loops, for all forms of parameters, known or of run time.</summary>
internal sealed class IntegerConvKernel : Kernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        if (!group.IsSingle) return null;
        bool requantises = node.Operator.Name == "QLinearConv";
        int[] x = context.Lengths(node.Inputs[0]);
        int[] w = context.Lengths(node.Inputs[requantises ? 3 : 1]);
        var layer = new ConvLayer(x[0], (int)node.Attributes.Int("group", 1), x[1], w[0], WindowGeometry.Read(node.Attributes, x, [.. w.Skip(2).Select(d => (long)d)]));
        var inputs = new List<string> { node.Inputs[0], node.Inputs[requantises ? 3 : 1] };
        if (requantises && node.HasInput(8)) inputs.Add(node.Inputs[8]);
        QuantizationParameter xZero = QuantizationParameter.Read(node, 2, inputs, context);
        QuantizationParameter wZero = QuantizationParameter.Read(node, requantises ? 5 : 3, inputs, context);
        Requantisation? output = requantises ? Requantisation.Read(node, 1, 4, 6, 7, inputs, context) : null;
        // A microcontroller makes no float of a sum of 64 bits.
        if (context.Options.IsBareMetal && IsWide(layer, output, requantises && node.HasInput(8))) return null;
        return new IntegerConvStep(layer, xZero, wZero, output, requantises && node.HasInput(8))
        {
            Nodes = group.Nodes,
            Inputs = [.. inputs],
            Outputs = [node.Outputs[0]],
            MultiplyAdds = layer.MultiplyAdds,
            Summary = node.Operator.Name + " " + layer.Text,
        };
    }

    /// <summary>Whether sums may need 64 bits: a bias of run time may be anything.</summary>
    private static bool IsWide(ConvLayer layer, Requantisation? output, bool hasBias) => output is not null && (hasBias || layer.Taps > IntegerMatMulKernel.IntDepth);

    private sealed class IntegerConvStep(ConvLayer layer, QuantizationParameter xZero, QuantizationParameter wZero, Requantisation? output, bool hasBias) : Step
    {
        public override string Kernel => "IntegerConv.Loops";

        internal override StepRounding? Rounding => StepRounding.OfNodes;

        public override void Emit(StepWriter writer)
        {
            string type = IsWide(layer, output, hasBias) ? "long" : "int";
            ConvLoops.Write(
                writer,
                layer,
                channel => writer.Line($"{type} sum = {(hasBias ? writer.Input(2) + "[" + channel + "]" : "0")};"),
                (channel, x, w) =>
                {
                    string left = QuantizationParameter.Less(writer.Input(0) + "[" + x + "]", xZero.At(writer, "0"));
                    string right = QuantizationParameter.Less(writer.Input(1) + "[" + w + "]", wZero.At(writer, Channel(wZero, channel)));
                    writer.Line($"sum = unchecked(sum + ({left} * {right}));");
                },
                (channel, y) => writer.Line($"{writer.Output(0)}[{y}] = {(output is null ? "sum" : output.Of(writer, "sum", "0", Channel(output.B, channel), "0"))};"));
        }

        private static string Channel(QuantizationParameter parameter, string channel) => parameter.Lengths.All(d => d == 1) ? "0" : channel;
    }
}
