using System.Globalization;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels.Shaping;
using RedGen.Compiler.Operators;
using RedGen.Compiler.Operators.Signal;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Signal;

/// <summary>Windows beyond what is folded, or of a size that is checked at run time.</summary>
internal sealed class WindowKernel : Kernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        ElementType type = context.ElementType(node.Outputs[0]);
        if (!group.IsSingle || !DoubleText.Serves(type) || OperatorTable.Find(node.Operator) is not Window window) return null;
        int size = context.Count(node.Outputs[0]);
        bool isChecked = RunTimeParameters.AreGiven(node, context, 0);
        return MadeStep.Create(node, context, isChecked ? [node.Inputs[0]] : [], writer =>
        {
            if (isChecked)
            {
                writer.Line(RunTimeParameters.Why);
                writer.Line($"ShapeCheck.Lengths({RunTimeParameters.Label(node)}, {RunTimeParameters.Longs(writer, context, 0)}, [{IndexText.Number(size)}]);");
            }

            Fill(writer, type, window, size, Window.Period(node, size));
        });
    }

    private static void Fill(StepWriter writer, ElementType type, Window window, int size, int period)
    {
        string y = writer.Output(0);
        if (period == 0)
        {
            if (size > 0) writer.Line($"{y}[0] = {DoubleText.Store(type, "1d")};");
            return;
        }

        using (writer.Block($"for (int i = 0; i < {IndexText.Number(size)}; i++)"))
        {
            writer.Line($"double turn = 2d * Math.PI * i / {period.ToString(CultureInfo.InvariantCulture)}d;");
            string value = $"{CSharpLiteral.Of(window.Mean)} - ({CSharpLiteral.Of(window.First)} * Math.Cos(turn))"
                + (window.Second == 0 ? "" : $" + ({CSharpLiteral.Of(window.Second)} * Math.Cos(2d * turn))");
            writer.Line($"{y}[i] = {DoubleText.Store(type, value)};");
        }
    }
}
