using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels.Shaping;
using RedGen.Compiler.Operators.Shaping;
using RedGen.Compiler.Operators.Spatial;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Spatial;

/// <summary>Col2Im: each element of the image sums the columns' elements that stand there; the block's shape is constant or a value of run time.</summary>
internal sealed class Col2ImKernel : Kernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        if (!group.IsSingle || Arithmetic.Of(context.ElementType(node.Inputs[0])) is not { } arithmetic) return null;
        int[] y = context.Lengths(node.Outputs[0]);
        bool isOpen = context.Constant(node.Inputs[1]) is null || context.Constant(node.Inputs[2]) is null;
        long[]? block = isOpen ? null : context.Parameters(node).RequireIntegers(2, "block_shape");
        return new Col2ImStep(arithmetic, context.Lengths(node.Inputs[0]), y, Col2Im.Axes(context.Parameters(node), y.Length - 2), block)
        {
            Nodes = group.Nodes,
            Inputs = isOpen ? [node.Inputs[0], node.Inputs[1], node.Inputs[2]] : [node.Inputs[0]],
            InputNames = isOpen ? ["x", "image", "block"] : ["x"],
            Outputs = [node.Outputs[0]],
            Summary = $"Col2Im {context.Type(node.Inputs[0]).Shape} to {Shape.Of(y)}",
        };
    }

    private sealed class Col2ImStep(Arithmetic arithmetic, int[] x, int[] y, (int Dilation, int Before, int After, int Stride)[] axes, long[]? block) : Step
    {
        public override string Kernel => block is null ? "Col2Im.RunTime" : "Col2Im";

        internal override StepRounding? Rounding => StepRounding.OfNodes;

        public override void Emit(StepWriter writer)
        {
            if (block is null) WriteGeometry(writer);
            if (y.Contains(0) || x.Contains(0))
            {
                writer.Line(y.Contains(0) ? "// The tensor is empty." : $"{writer.Output(0)}.Clear();");
                return;
            }

            using var nest = new LoopScope(writer);
            nest.Loop("n", y[0]).Loop("c", y[1]);
            for (int a = 0; a < axes.Length; a++) nest.Loop("o" + a, y[a + 2]);
            writer.Line($"{arithmetic.Sum} sum = {arithmetic.Zero};");
            WriteTaps(writer, nest);
            int[] strides = Positions.Strides(y);
            string target = nest.Index([("n", strides[0]), ("c", strides[1]), .. axes.Select((_, a) => ("o" + a, strides[a + 2]))]);
            writer.Line($"{writer.Output(0)}[{target}] = {arithmetic.Store("sum")};");
        }

        private void WriteGeometry(StepWriter writer)
        {
            writer.Line(RunTimeParameters.Why);
            writer.Line($"Span<int> geometry = stackalloc int[{2 * axes.Length}];");
            string all = "[" + string.Join(", ", axes.Select(a => $"{a.Dilation}, {a.Before}, {a.After}, {a.Stride}")) + "]";
            writer.Line($"Col2ImShape.Prepare({RunTimeParameters.Label(Nodes[0])}, {writer.Input(1)}, {writer.Input(2)}, {all}, {RunTimeParameters.List([.. y.Skip(2)])}, {x[1] / y[1]}, {x[2]}, geometry);");
            for (int a = 0; a < axes.Length; a++)
            {
                writer.Line($"int block{a} = geometry[{2 * a}];");
                writer.Line($"int blocks{a} = geometry[{(2 * a) + 1}];");
            }
        }

        private string Block(int axis) => block is null ? $"block{axis}" : CSharpLiteral.Of((int)block[axis]);

        private string CountOf(int axis) => block is null ? $"blocks{axis}" : CSharpLiteral.Of((int)Col2Im.Blocks(axes[axis], y[axis + 2], block[axis]));

        /// <summary>Loops over the taps of a block; those by which no block reaches the element are skipped.</summary>
        private void WriteTaps(StepWriter writer, LoopScope nest)
        {
            var open = new Stack<SourceWriter.BlockScope>();
            string tap = "";
            string place = "";
            for (int a = 0; a < axes.Length; a++)
            {
                (int dilation, int before, _, int stride) = axes[a];
                open.Push(writer.Block($"for (int k{a} = 0; k{a} < {Block(a)}; k{a}++)"));
                string element = new IndexText().Add(nest.Has("o" + a) ? "o" + a : "").Add(before).ToString();
                writer.Line($"int from{a} = {element} - {(dilation == 1 ? $"k{a}" : $"(k{a} * {dilation})")};");
                string gap = stride == 1 ? "" : $" || from{a} % {stride} != 0";
                string own = stride == 1 ? $"from{a}" : $"from{a} / {stride}";
                writer.Line($"if (from{a} < 0{gap} || {own} >= {CountOf(a)}) continue;");
                tap = tap.Length == 0 ? $"k{a}" : $"({(a == 1 ? tap : $"({tap})")} * {Block(a)}) + k{a}";
                string wrapped = stride == 1 ? own : $"({own})";
                place = place.Length == 0 ? wrapped : $"({(a == 1 ? place : $"({place})")} * {CountOf(a)}) + {wrapped}";
            }

            string channel = nest.Index(("n", x[1]), ("c", x[1] / y[1]));
            string row = channel == "0" ? $"({tap})" : $"({(channel.Contains(" + ") ? channel : $"({channel})")} + {tap})";
            writer.Line(arithmetic.Add("sum", $"{writer.Input(0)}[({row} * {x[2]}) + {place}]"));
            while (open.Count > 0) open.Pop().Dispose();
        }
    }
}
