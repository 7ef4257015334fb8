using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels.Elementwise;
using RedGen.Compiler.Operators;
using RedGen.Compiler.Operators.Quantised;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Quantised;

/// <summary>
/// Elementwise nodes that together depend on one 8-bit integer, such as a Sigmoid between DequantizeLinear and QuantizeLinear: a table of the
/// 256 results, which the reference evaluation makes at build time.
/// </summary>
internal sealed class LookupKernel : Kernel
{
    private const int Values = 256;

    /// <summary>Elements below which a table does not pay.</summary>
    private const int MinimumCount = 128;

    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        if (group.IsSingle || ElementwiseGroup.TryRead(group, context) is not { } read || Input(read) is not { } operand || read.Count < MinimumCount) return null;
        ElementType output = read.Output;
        if (!QuantizedTypes.IsByte(output) && output != ElementType.Float32) return null;
        if (!group.Nodes.Any(n => n.Operator.Name is "QuantizeLinear" or "DequantizeLinear") || !IsKnown(group, operand, context)) return null;
        return new LookupStep(operand.Type, output, read.Count, context.Options.IsScalar || output == ElementType.Float32)
        {
            Nodes = group.Nodes,
            Inputs = [operand.Value],
            Outputs = [group.Last.Outputs[0]],
            Weights = [Weight.Of("Table", Table(group, operand, context))],
            InPlaceInputs = operand.Type == output ? [0] : [],
            Summary = string.Join(", ", group.Nodes.Select(n => n.Operator.Name)) + " over " + context.Type(group.Last.Outputs[0]).Shape + " by a table",
        };
    }

    /// <summary>Whether a group could be served; what <see cref="TryPlan"/> asks but for the number of elements and the output's type.</summary>
    public static bool Serves(NodeGroup group, KernelContext context) => ElementwiseGroup.TryRead(group, context) is { } read && read.Count >= MinimumCount && Input(read) is not null;

    /// <summary>The one tensor that the group reads.</summary>
    private static OuterOperand? Input(ElementwiseGroup group)
        => group.Operands is [{ } only] && QuantizedTypes.IsByte(only.Type) && only.Lengths.Aggregate(1L, (a, b) => a * b) == group.Count ? only : null;

    /// <summary>Whether all else that the nodes read are single constants, what they read besides elements included.</summary>
    private static bool IsKnown(NodeGroup group, OuterOperand operand, KernelContext context)
    {
        var inner = new HashSet<string>(group.Nodes.Select(n => n.Outputs[0]), StringComparer.Ordinal) { operand.Value };
        return group.Nodes.SelectMany(n => n.Inputs).All(i => i.Length == 0 || inner.Contains(i) || context.Constant(i) is { Length: 1 });
    }

    private static Tensor Table(NodeGroup group, OuterOperand operand, KernelContext context)
    {
        // In the order of the bytes, so that a signed element is found by its bits.
        var inputs = new ReferenceTensor(operand.Type, [Values]);
        for (int i = 0; i < Values; i++) inputs.Integers![i] = i;
        var values = new Dictionary<string, ReferenceTensor>(StringComparer.Ordinal) { [operand.Value] = inputs.Rounded() };
        foreach (Node node in group.Nodes)
        {
            ReferenceTensor?[] operands = [.. node.Inputs.Select(name => name.Length == 0 ? null : values.TryGetValue(name, out ReferenceTensor? known) ? known : ReferenceTensor.FromTensor(context.Constant(name)!).Reshape([]))];
            var evaluation = new EvaluationContext(node, operands, [new TensorType(context.ElementType(node.Outputs[0]), Shape.Of([Values]))]);
            OperatorTable.Find(node.Operator)!.Evaluate(evaluation);
            values[node.Outputs[0]] = evaluation.Outputs[0]!;
        }

        return values[group.Last.Outputs[0]].ToTensor();
    }

    private sealed class LookupStep(ElementType from, ElementType to, int count, bool isLoop) : Step
    {
        public override string Kernel => "Elementwise.Table";

        internal override StepRounding? Rounding => StepRounding.OfNodes;

        public override void Emit(StepWriter writer)
        {
            if (!isLoop)
            {
                writer.Line($"ByteTable.Map({writer.Input(0)}, {writer.Output(0)}, {writer.Weight(0)});");
                return;
            }

            writer.Line($"ReadOnlySpan<{to.CSharpName()}> table = {writer.Weight(0)};");
            string index = writer.Input(0) + "[i]";
            using (writer.Block($"for (int i = 0; i < {CSharpLiteral.Of(count)}; i++)"))
                writer.Line($"{writer.Output(0)}[i] = table[{(from == ElementType.Int8 ? "unchecked((byte)" + index + ")" : index)}];");
        }
    }
}
