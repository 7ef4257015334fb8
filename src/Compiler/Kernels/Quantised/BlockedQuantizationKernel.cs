using System.Collections.Generic;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Elementwise;
using RedGen.Compiler.Operators.Quantised;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Quantised;

/// <summary>QuantizeLinear and DequantizeLinear with scales for blocks along an axis. With fewer scales they are elementwise.</summary>
internal sealed class BlockedQuantizationKernel : Kernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        if (!group.IsSingle || !QuantizedOperands.IsBlocked(node)) return null;
        ElementType from = context.ElementType(node.Inputs[0]);
        ElementType to = context.ElementType(node.Outputs[0]);
        var inputs = new List<string> { node.Inputs[0] };
        QuantizationParameter scale = QuantizationParameter.Read(node, 1, inputs, context);
        QuantizationParameter zero = QuantizationParameter.Read(node, 2, inputs, context);
        Quantization layout = Quantization.Read(context.Parameters(node));
        return new BlockedStep(layout, context.Count(node.Outputs[0]), scale, zero, (x, s, z) => Expression(node, from, context.ElementType(node.Inputs[1]), to, x, s, z), to)
        {
            Nodes = group.Nodes,
            Inputs = [.. inputs],
            Outputs = [node.Outputs[0]],
            Summary = node.Operator.Name + " over " + context.Type(node.Outputs[0]).Shape + ", blocks of " + layout.BlockSize,
        };
    }

    private static string Expression(Node node, ElementType from, ElementType scaleType, ElementType to, string x, string scale, string zero)
    {
        x = from.IsShortFloat() ? "(float)" + x : NarrowText.Load(from, x);
        return node.Operator.Name == "QuantizeLinear"
            ? QuantizeLinear.Expression(node, from, scaleType, to, x, scale, zero)
            : DequantizeLinear.Expression(from, to, x, scale, zero);
    }

    private sealed class BlockedStep(Quantization layout, int count, QuantizationParameter scale, QuantizationParameter zero, System.Func<string, string, string, string> expression, ElementType to) : Step
    {
        public override string Kernel => "Quantise.Blocks";

        public override void Emit(StepWriter writer)
        {
            if (count == 0) return;
            int blocks = (int)((layout.AxisLength + (long)layout.BlockSize - 1) / layout.BlockSize);
            using var nest = new LoopScope(writer);
            nest.Loop("n", count / layout.AxisLength / layout.Inner).Loop("k", layout.AxisLength, always: true).Loop("i", layout.Inner);
            string element = nest.Index(("n", layout.AxisLength * layout.Inner), ("k", layout.Inner), ("i", 1));
            string block = layout.BlockSize == 1 ? "k" : blocks == 1 ? "0" : "k / " + CSharpLiteral.Of(layout.BlockSize);
            string first = nest.Index(("n", blocks * layout.Inner), ("i", 1));
            string parameter = block == "0" ? first : layout.Inner == 1 ? Sum(first, "(" + block + ")") : Sum(first, $"({block} * {layout.Inner})");
            if (scale.UsesIndex || zero.UsesIndex) writer.Line($"int block = {parameter};");
            string value = expression(writer.Input(0) + "[" + element + "]", scale.At(writer, "block"), zero.At(writer, "block"));
            string cast = to.IsShortFloat() ? "(" + to.CSharpName() + ")(" + value + ")" : value;
            writer.Line($"{writer.Output(0)}[{element}] = {cast};");
        }

        private static string Sum(string a, string b) => a == "0" ? b.Trim('(', ')') : (a.Contains(" ") && !a.Contains("(") ? "(" + a + ")" : a) + " + " + b;
    }
}
