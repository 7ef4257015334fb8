using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Quantised;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Quantised;

/// <summary>
/// QuantizeLinear, DequantizeLinear, both of them behind each other, and the addition of a residual between them, through RedGen.Runtime.
/// They are computed in floats as the graph says; the order of the elements does not matter.
/// </summary>
internal sealed class QuantizedElementwiseKernel : Kernel
{
    /// <summary>Elements below which plain loops serve as well.</summary>
    private const int MinimumCount = 16;

    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node last = group.Last;
        if (context.Count(last.Outputs[0]) < MinimumCount || group.Nodes.Any(context.IsOpen)) return null;
        return group.Nodes.Length switch
        {
            1 => last.Operator.Name == "QuantizeLinear" ? Quantize(group, context) : Dequantize(group, context),
            2 => Snap(group, context),
            _ => Sum(group, context),
        };
    }

    private static ElementsStep? Quantize(NodeGroup group, KernelContext context)
    {
        Node node = group.Last;
        if (DequantizedValue.OfQuantize(node, context) is not { IsPerTensor: true } y || !QuantizedTypes.IsByte(y.Type)) return null;
        return Create(group, context, [node.Inputs[0]], [], $"QuantizedElements.Quantize({{0}}, {{y}}, {Parameters(y)});");
    }

    private static ElementsStep? Dequantize(NodeGroup group, KernelContext context)
    {
        Node node = group.Last;
        if (DequantizedValue.OfDequantize(node, context) is not { IsPerTensor: true } x || !QuantizedTypes.IsByte(x.Type) || context.Constant(x.Value) is not null) return null;
        return Create(group, context, [x.Value], [], $"QuantizedElements.Dequantize({{0}}, {{y}}, {Parameters(x)});");
    }

    private static ElementsStep? Snap(NodeGroup group, KernelContext context)
    {
        if (group.Nodes[1].Inputs[0] != group.Nodes[0].Outputs[0]) return null;
        if (DequantizedValue.OfQuantize(group.Nodes[0], context) is not { IsPerTensor: true } x || DequantizedValue.OfDequantize(group.Nodes[1], context) is not { } y) return null;
        if (!QuantizedTypes.IsByte(x.Type) || !x.HasParametersOf(y)) return null;
        return Create(group, context, [group.Nodes[0].Inputs[0]], [0], $"QuantizedElements.Snap<{x.Type.CSharpName()}>({{0}}, {{y}}, {Parameters(x)});");
    }

    private static ElementsStep? Sum(NodeGroup group, KernelContext context)
    {
        if (group.Nodes.FirstOrDefault(n => n.Operator.QualifiedName == "Add") is not { } add || add.Attributes.Has("axis")) return null;
        if (DequantizedValue.OfQuantize(group.Last, context) is not { IsPerTensor: true } y || !QuantizedTypes.IsByte(y.Type)) return null;
        DequantizedValue?[] operands = [.. add.Inputs.Select(i => DequantizedValue.OfDequantize(group.Nodes.FirstOrDefault(n => n.Outputs[0] == i), context))];
        if (operands is not [{ IsPerTensor: true } a, { IsPerTensor: true } b] || !QuantizedTypes.IsByte(a.Type) || !QuantizedTypes.IsByte(b.Type)) return null;
        int[] lengths = context.Lengths(y.Value);
        if (new[] { a, b }.Any(o => context.Constant(o.Value) is not null || !context.Lengths(o.Value).SequenceEqual(lengths))) return null;
        var activations = new List<Node>();
        string value = add.Outputs[0];
        while (group.Nodes.FirstOrDefault(n => n.Inputs[0] == value) is { } next && next != group.Last)
        {
            activations.Add(next);
            value = next.Outputs[0];
        }

        int dequantized = add.Inputs.Distinct().Count();
        if (group.Last.Inputs[0] != value || group.Nodes.Length != dequantized + activations.Count + 2) return null;
        if (QuantizedEnding.Range(activations, y, context) is not (int lowest, int highest)) return null;
        string call = $"new QuantizedSum(leftScale: {CSharpLiteral.Of(a.Scale)}, leftZero: {a.Zero}, rightScale: {CSharpLiteral.Of(b.Scale)}, rightZero: {b.Zero}, "
            + $"{Parameters(y)}, lowest: {lowest}, highest: {highest})";
        string[] inputs = a.Value == b.Value ? [a.Value] : [a.Value, b.Value];
        return Create(
            group, context, [.. inputs], [.. Enumerable.Range(0, inputs.Length).Where(i => context.ElementType(inputs[i]) == y.Type)],
            $"QuantizedSum sum = {call};", $"sum.Run({{0}}, {{{inputs.Length - 1}}}, {{y}});");
    }

    private static string Parameters(DequantizedValue value) => $"scale: {CSharpLiteral.Of(value.Scale)}, zeroPoint: {value.Zero}";

    private static ElementsStep Create(NodeGroup group, KernelContext context, ImmutableArray<string> inputs, ImmutableArray<int> inPlace, params string[] lines) => new(lines)
    {
        Nodes = group.Nodes,
        Inputs = inputs,
        Outputs = [group.Last.Outputs[0]],
        InPlaceInputs = inPlace,
        Summary = string.Join(", ", group.Nodes.Select(n => n.Operator.Name)) + " over " + context.Type(group.Last.Outputs[0]).Shape,
    };

    /// <summary>Calls with inputs at {0}, {1} and the output at {y}.</summary>
    private sealed class ElementsStep(string[] lines) : Step
    {
        public override string Kernel => "Elementwise.Bytes";

        internal override StepRounding? Rounding => StepRounding.OfNodes;

        public override void Emit(StepWriter writer)
        {
            foreach (string line in lines)
                writer.Line(line.Replace("{0}", writer.Input(0)).Replace("{1}", Inputs.Length > 1 ? writer.Input(1) : "").Replace("{y}", writer.Output(0)));
        }
    }
}
