using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Shaping;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Shaping;

/// <summary>
/// Reshape, Squeeze, Unsqueeze, Expand, Tile and Split by values of run time: where each element goes follows from the shapes
/// alone, so that the values are only checked.
/// </summary>
internal sealed class CheckedMoveKernel : Kernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        if (!group.IsSingle || !RunTimeParameters.AreGiven(node, context, 1)) return null;
        int[] x = context.Lengths(node.Inputs[0]);
        int[] y = context.Lengths(node.Outputs[0]);
        string name = node.Operator.Name;
        int axis = name == "Split" ? Split.Axis(context.Parameters(node)) : 0;
        int[] parts = [.. node.Outputs.Select(o => name == "Split" ? context.Lengths(o)[axis] : 0)];
        IEnumerable<StridedCopy?> copies = name switch
        {
            "Split" => SplitKernel.Copies(node, axis, parts, context),
            "Expand" or "Tile" => [ExpandKernel.Copy(node, x, y)],
            _ => [StridedCopy.Create(0, 0, 0, 0, [new CopyAxis(context.Count(node.Inputs[0]), 1, 1)])],
        };
        string summary = name == "Split" ? $"Split {Shape.Of(x)} along axis {CSharpLiteral.Of(axis)} at run time" : $"{name} {Shape.Of(x)} to {Shape.Of(y)}, by values of run time";
        return CopyPlan.Make(node, [node.Inputs[0], node.Inputs[1]], copies, context, summary, check: writer =>
        {
            writer.Line(RunTimeParameters.Why);
            string values = $"{RunTimeParameters.Label(node)}, {writer.Input(1)}";
            string option = name == "Reshape" ? $", allowZero: {(node.Attributes.Int("allowzero", 0) != 0 ? "true" : "false")}" : "";
            writer.Line(name == "Split" ? $"ShapeCheck.Lengths({values}, {RunTimeParameters.List(parts)});"
                : $"ShapeCheck.{name}({values}{option}, input: {RunTimeParameters.List(x)}, output: {RunTimeParameters.List(y)});");
        });
    }
}
