using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Spatial;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Spatial;

/// <summary>RoiAlign as loops over regions, channels, bins and samples; places are computed in double.</summary>
internal sealed class RoiAlignKernel : Kernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        if (!group.IsSingle || Arithmetic.Of(context.ElementType(node.Inputs[0])) is not { } arithmetic) return null;
        int[] x = context.Lengths(node.Inputs[0]);
        int[] y = context.Lengths(node.Outputs[0]);
        return new RoiAlignStep(arithmetic, x, y, RoiAlign.IsHalfPixel(context.Parameters(node)))
        {
            Nodes = group.Nodes,
            Inputs = [node.Inputs[0], node.Inputs[1], node.Inputs[2]],
            InputNames = ["x", "rois", "batches"],
            Outputs = [node.Outputs[0]],
            Summary = $"RoiAlign of {Shape.Of(x)} to {y[0]} regions of {y[2]}×{y[3]}",
        };
    }

    private sealed class RoiAlignStep(Arithmetic arithmetic, int[] x, int[] y, bool halfPixel) : Step
    {
        private int Ratio => (int)Nodes[0].Attributes.Int("sampling_ratio", 0);

        private bool IsMax => Nodes[0].Attributes.String("mode", "avg") == "max";

        public override string Kernel => "RoiAlign";

        public override void Emit(StepWriter writer)
        {
            if (y.Contains(0))
            {
                writer.Line("// The tensor is empty.");
                return;
            }

            using var nest = new LoopScope(writer);
            nest.Loop("r", y[0], always: true);
            using (writer.Block($"if ({writer.Input(2)}[r] < 0 || {writer.Input(2)}[r] >= {x[0]})"))
                writer.Line($"throw new ArgumentOutOfRangeException(\"batch_indices\", {writer.Input(2)}[r], \"RoiAlign: a batch index is outside the batch of {x[0]}.\");");
            WriteSide(writer, "Row", "Height", "rows", 1, y[2]);
            WriteSide(writer, "Column", "Width", "columns", 0, y[3]);
            if (!IsMax) writer.Line("double count = Math.Max(1d, (double)rows * columns);");
            nest.Loop("c", y[1]).Loop("i", y[2]).Loop("j", y[3]);
            string plane = nest.Has("c") ? $"x.Slice((((int){writer.Input(2)}[r] * {x[1]}) + c) * {x[2] * x[3]}, {x[2] * x[3]})" : $"x.Slice((int){writer.Input(2)}[r] * {x[2] * x[3]}, {x[2] * x[3]})";
            writer.Line($"ReadOnlySpan<{arithmetic.Type}> plane = {plane.Replace("x.Slice", writer.Input(0) + ".Slice")};");
            WriteSamples(writer, nest);
            string target = nest.Index(("r", y[1] * y[2] * y[3]), ("c", y[2] * y[3]), ("i", y[3]), ("j", 1));
            string value = IsMax ? "(rows > 0 && columns > 0 ? largest : 0d)" : "(sum / count)";
            writer.Line($"{writer.Output(0)}[{target}] = {ResizeText.Store(arithmetic.ElementType, value, fromFloat: false)};");
        }

        /// <summary>One side of a region: where it begins, the length of a bin, the samples along it.</summary>
        private void WriteSide(StepWriter writer, string start, string bin, string samples, int first, int bins)
        {
            float factor = Nodes[0].Attributes.Float("spatial_scale", 1);
            string scale = factor == 1 ? "" : " * " + CSharpLiteral.Of((double)factor);
            string offset = halfPixel ? " - 0.5d" : "";
            string Edge(int place)
            {
                string element = arithmetic.Load($"{writer.Input(1)}[{(place == 0 ? "r * 4" : $"(r * 4) + {place}")}]");
                return (factor == 1 ? element : $"({element}{scale})") + offset;
            }


            writer.Line($"double first{start} = {Edge(first)};");
            string length = $"{Edge(first + 2)} - first{start}";
            writer.Line($"double bin{bin} = {(halfPixel ? $"({length})" : $"Math.Max({length}, 1d)")} / {CSharpLiteral.Of((double)bins)};");
            using (writer.Block($"if (!(Math.Abs(bin{bin}) <= {CSharpLiteral.Of((double)RoiAlign.MaxSamples)}))"))
                writer.Line($"throw new ArgumentOutOfRangeException(\"rois\", bin{bin}, \"RoiAlign: a region is too large.\");");
            writer.Line($"int {samples} = {(Ratio > 0 ? CSharpLiteral.Of(Ratio) : $"(int)Math.Ceiling(bin{bin})")};");
        }

        private void WriteSamples(StepWriter writer, LoopScope nest)
        {
            writer.Line(IsMax ? "double largest = double.NegativeInfinity;" : "double sum = 0d;");
            string Bin(string variable, string length) => nest.Has(variable) ? $" + ({variable} * bin{length})" : "";
            using (writer.Block("for (int k = 0; k < rows; k++)"))
            {
                writer.Line($"double row = firstRow{Bin("i", "Height")} + ((k + 0.5d) * binHeight / rows);");
                using (writer.Block("for (int l = 0; l < columns; l++)"))
                {
                    writer.Line($"double column = firstColumn{Bin("j", "Width")} + ((l + 0.5d) * binWidth / columns);");
                    using (writer.Block($"if (row < -1d || row > {x[2]} || column < -1d || column > {x[3]})"))
                    {
                        if (IsMax) writer.Line("largest = Math.Max(largest, 0d);");
                        writer.Line("continue;");
                    }

                    writer.Line($"var near = BilinearSample.Inside(row, column, {x[2]}, {x[3]});");
                    string Corner(string corner) => arithmetic.Load($"plane[near.{corner}]");
                    string[] terms =
                    [
                        $"(1d - near.Down) * (1d - near.Right) * {Corner("TopLeft")}", $"(1d - near.Down) * near.Right * {Corner("TopRight")}",
                        $"near.Down * (1d - near.Right) * {Corner("BottomLeft")}", $"near.Down * near.Right * {Corner("BottomRight")}",
                    ];
                    foreach (string term in terms) writer.Line(IsMax ? $"largest = Math.Max(largest, {term});" : $"sum += {term};");
                }
            }
        }
    }
}
