using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels.Shaping;
using RedGen.Compiler.Operators.Spatial;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Spatial;

/// <summary>AffineGrid: a matrix times the coordinates of every pixel.</summary>
internal sealed class AffineGridKernel : Kernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        if (!group.IsSingle || Arithmetic.Of(context.ElementType(node.Inputs[0])) is not { } type) return null;
        int[] y = context.Lengths(node.Outputs[0]);
        bool isRunTime = RunTimeParameters.AreGiven(node, context, 1);
        return new AffineGridStep(y, type, node.Attributes.Int("align_corners", 0) != 0, isRunTime)
        {
            Nodes = group.Nodes,
            Inputs = isRunTime ? node.Inputs : [node.Inputs[0]],
            InputNames = ["theta", "size"],
            Outputs = [node.Outputs[0]],
            MultiplyAdds = (long)context.Count(node.Outputs[0]) * (y.Length - 2),
            Summary = $"AffineGrid of {Shape.Of(y.Skip(1).Take(y.Length - 2))} pixels",
        };
    }

    private sealed class AffineGridStep(int[] y, Arithmetic type, bool aligned, bool isRunTime) : Step
    {
        private static readonly string[] Coordinates = ["w", "v", "u"];
        private static readonly string[] Pixels = ["plane", "row", "column"];

        public override string Kernel => "AffineGrid.Loops";

        internal override StepRounding? Rounding => StepRounding.OfNodes;

        public override void Emit(StepWriter writer)
        {
            int dimensions = y.Length - 2;
            if (isRunTime)
            {
                // The channels do not matter: what is checked is all but them.
                writer.Line(RunTimeParameters.Why);
                writer.Line($"ShapeCheck.Lengths({RunTimeParameters.Label(Nodes[0])}, {writer.Input(1)}.Slice(2), {RunTimeParameters.List([.. y.Skip(1).Take(dimensions)])});");
                writer.Line($"ShapeCheck.Lengths({RunTimeParameters.Label(Nodes[0])}, {writer.Input(1)}.Slice(0, 1), {RunTimeParameters.List([y[0]])});");
            }

            if (y.Contains(0)) return;
            using var nest = new LoopScope(writer);
            nest.Loop("n", y[0]);
            int matrix = dimensions * (dimensions + 1);
            writer.Line($"ReadOnlySpan<{type.Type}> map = {writer.Input(0)}.Slice({nest.Index(("n", matrix))}, {matrix});");
            string[] names = [.. Coordinates.Skip(3 - dimensions)];
            string[] pixels = [.. Pixels.Skip(3 - dimensions)];
            for (int axis = 0; axis < dimensions; axis++)
            {
                string variable = pixels[axis];
                nest.Loop(variable, y[axis + 1]);
                (double first, double step) = AffineGrid.Coordinates(aligned, y[axis + 1]);
                string value = nest.Has(variable) ? $"{Number(first)} + ({variable} * {Number(step)})" : Number(first);
                writer.Line($"{type.Sum} {names[axis]} = {value};");
            }

            int stride = dimensions;
            var terms = new List<(string, int)>();
            for (int axis = dimensions; axis >= 0; axis--)
            {
                terms.Insert(0, (axis == 0 ? "n" : pixels[axis - 1], stride));
                stride *= y[axis];
            }

            string at = nest.Index([.. terms]);
            for (int row = 0; row < dimensions; row++)
            {
                int start = row * (dimensions + 1);
                string products = string.Join(" + ", Enumerable.Range(0, dimensions).Select(k => $"({type.Load($"map[{start + k}]")} * {names[dimensions - 1 - k]})"));
                string place = at == "0" ? CSharpLiteral.Of(row) : row == 0 ? at : "(" + at + ") + " + CSharpLiteral.Of(row);
                writer.Line($"{writer.Output(0)}[{place}] = {type.Store($"({products} + {type.Load($"map[{start + dimensions}]")})")};");
            }
        }

        private string Number(double value) => type.Sum == "float" ? CSharpLiteral.Of((float)value) : CSharpLiteral.Of(value);
    }
}
