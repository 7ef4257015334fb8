using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels.Reduction;
using RedGen.Compiler.Operators.Normalisation;
using RedGen.Compiler.Operators.Reduction;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Normalisation;

/// <summary>LayerNormalization and RMSNormalization: the rows are the elements from an axis on.</summary>
internal sealed class LayerNormKernel : Kernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        if (!group.IsSingle || node.Outputs.Any(o => o.Length > 0 && Arithmetic.Of(context.ElementType(o)) is null)) return null;
        string[] operands = [.. node.Inputs.Where(i => i.Length > 0)];
        Arithmetic?[] types = [.. new[] { node.Inputs[0], node.Inputs[1], operands[operands.Length - 1] }.Select(i => Arithmetic.Of(context.ElementType(i)))];
        Arithmetic? result = node.HasOutput(0) ? Arithmetic.Of(context.ElementType(node.Outputs[0])) : types[0];
        if (result is null || types.Any(t => t is null)) return null;
        int[] x = context.Lengths(node.Inputs[0]);
        int axis = (int)node.Attributes.Int("axis", -1);
        int[] shift = operands.Length > 2 ? context.Lengths(operands[2]) : [];
        bool centers = node.Operator.Name == "LayerNormalization";
        if (RowNormLayer.OfTrailing(x, axis < 0 ? axis + x.Length : axis, context.Lengths(node.Inputs[1]), shift, centers, node.Attributes.Float("epsilon", 1e-5f)) is not { } layer) return null;
        AxisView view = LayerNormalization.View(node, x);
        if (IsPlain(layer, node, operands, [types[0]!, types[1]!, types[2]!, result]))
        {
            return new RowsStep(layer.Rows, layer.Length, layer.Epsilon, centers, hasScale: true, operands.Length > 2)
            {
                Nodes = group.Nodes,
                Inputs = [.. operands],
                InputNames = ["x", "scale", "shift"],
                Outputs = [node.Outputs[0]],
                MultiplyAdds = 2L * context.Count(node.Inputs[0]),
                Summary = AxisText.Of(node, view),
            };
        }

        return new RowNormStep(layer, [types[0]!, types[1]!, types[2]!, result])
        {
            Nodes = group.Nodes,
            Inputs = [.. operands],
            InputNames = ["x", "scale", "shift"],
            Outputs = node.Outputs,
            MultiplyAdds = 2L * context.Count(node.Inputs[0]),
            Summary = AxisText.Of(node, view),
        };
    }

    /// <summary>Whether everything is of floats, nobody asks for the statistics, and scale and shift stand as a row does.</summary>
    private static bool IsPlain(RowNormLayer layer, Node node, string[] operands, Arithmetic[] types)
        => types.All(t => t.Type == "float") && node.HasOutput(0) && node.Outputs.Skip(1).All(o => o.Length == 0) && layer.Length > 1 && layer.Inner.Count == 1
            && layer.Inner[0] is { Stride: 1, Scale: 1 } && (operands.Length <= 2 || layer.Inner[0].Shift == 1);
}
