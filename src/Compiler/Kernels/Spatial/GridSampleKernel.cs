using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels.Shaping;
using RedGen.Compiler.Operators;
using RedGen.Compiler.Operators.Shaping;
using RedGen.Compiler.Operators.Spatial;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Spatial;

/// <summary>GridSample: the neighbours of each place are found once, then weighted for all channels.</summary>
internal sealed class GridSampleKernel : Kernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        if (!group.IsSingle || !CopyPlan.CanMove(context.ElementType(node.Inputs[0])) || Arithmetic.Of(context.ElementType(node.Inputs[1])) is not { } grid) return null;
        InferenceContext parameters = context.Parameters(node);
        int[] x = context.Lengths(node.Inputs[0]);
        return new GridSampleStep(context.ElementType(node.Inputs[0]), grid, x, context.Lengths(node.Outputs[0]), GridSample.Mode(parameters), GridSample.Padding(parameters))
        {
            Nodes = group.Nodes,
            Inputs = [node.Inputs[0], node.Inputs[1]],
            InputNames = ["x", "grid"],
            Outputs = [node.Outputs[0]],
            Summary = $"GridSample of {Shape.Of(x)} at {Shape.Of(context.Lengths(node.Inputs[1]))}, {GridSample.Mode(parameters)}, {GridSample.Padding(parameters)}",
        };
    }

    private sealed class GridSampleStep(ElementType type, Arithmetic grid, int[] x, int[] y, string mode, string padding) : Step
    {
        private int Taps => mode == "nearest" ? 1 : mode == "linear" ? 2 : 4;

        private int Rank => x.Length - 2;

        public override string Kernel => "GridSample";

        internal override StepRounding? Rounding => StepRounding.OfNodes;

        public override void Emit(StepWriter writer)
        {
            if (y.Contains(0))
            {
                writer.Line("// The tensor is empty.");
                return;
            }

            int places = (int)Positions.Product(y.Skip(2));
            for (int a = 0; a < Rank; a++)
            {
                writer.Line($"Span<int> positions{a} = stackalloc int[{Taps}];");
                if (Taps > 1) writer.Line($"Span<double> weights{a} = stackalloc double[{Taps}];");
            }

            using var nest = new LoopScope(writer);
            nest.Loop("n", y[0]).Loop("p", places);
            string at = nest.Index(("n", places * Rank), ("p", Rank));
            for (int a = 0; a < Rank; a++)
            {
                string coordinate = new IndexText().Add(at.Contains(" ") && !at.Contains(" + ") ? "(" + at + ")" : at).Add(Rank - 1 - a).ToString();
                string align = Nodes[0].Attributes.Int("align_corners", 0) != 0 ? "true" : "false";
                writer.Line($"GridTaps.Fill(ResizeMode.{Pascal(mode)}, GridPadding.{Pascal(padding)}, {align}, {grid.Load($"{writer.Input(1)}[{coordinate}]")}, {x[a + 2]}, positions{a}, {(Taps > 1 ? "weights" + a : "default")});");
            }

            nest.Loop("c", y[1]);
            string target = $"{writer.Output(0)}[{nest.Index(("n", y[1] * places), ("c", places), ("p", 1))}]";
            int[] strides = Positions.Strides(x);
            var source = new IndexText();
            if (nest.Has("n")) source.Add("n", strides[0]);
            if (nest.Has("c")) source.Add("c", strides[1]);
            if (Taps == 1) WriteNearest(writer, target, source, strides);
            else WriteSum(writer, target, source, strides);
        }

        private void WriteNearest(StepWriter writer, string target, IndexText source, int[] strides)
        {
            for (int a = 0; a < Rank; a++) source.Add($"positions{a}[0]", strides[a + 2]);
            string element = $"{writer.Input(0)}[{source}]";
            string outside = string.Join(" | ", Enumerable.Range(0, Rank).Select(a => $"positions{a}[0]"));
            writer.Line(padding == "zeros" ? $"{target} = ({outside}) < 0 ? default : {element};" : $"{target} = {element};");
        }

        private void WriteSum(StepWriter writer, string target, IndexText source, int[] strides)
        {
            writer.Line("double sum = 0d;");
            using (var taps = new LoopScope(writer))
            {
                string weight = "";
                for (int a = 0; a < Rank; a++)
                {
                    taps.Loop("t" + a, Taps);
                    if (padding == "zeros") writer.Line($"if (positions{a}[t{a}] < 0) continue;");
                    source.Add($"positions{a}[t{a}]", strides[a + 2]);
                    weight += $"weights{a}[t{a}] * ";
                }

                writer.Line($"sum += {weight}{ResizeText.Load(type, $"{writer.Input(0)}[{source}]")};");
            }

            writer.Line($"{target} = {ResizeText.Store(type, "sum", fromFloat: false)};");
        }

        private static string Pascal(string name) => name.Substring(0, 1).ToUpperInvariant() + name.Substring(1);
    }
}
