using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Shaping;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Shaping;

/// <summary>Slice by bounds of run time: loops over the declared shape, with a start and strides that are computed first.</summary>
internal sealed class RunTimeSliceKernel : Kernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        if (!group.IsSingle || !RunTimeParameters.AreGiven(node, context, 1) || !CopyPlan.CanMove(context.ElementType(node.Inputs[0]))) return null;
        return new SliceStep(context)
        {
            Nodes = group.Nodes,
            Inputs = [.. node.Inputs.Where(i => i.Length > 0)],
            Outputs = [node.Outputs[0]],
            Summary = $"Slice {context.Type(node.Inputs[0]).Shape} to {context.Type(node.Outputs[0]).Shape}, by values of run time",
        };
    }

    private sealed class SliceStep(KernelContext context) : Step
    {
        public override string Kernel => "Slice.RunTime";

        public override void Emit(StepWriter writer)
        {
            Node node = Nodes[0];
            int[] y = context.Lengths(Outputs[0]);
            writer.Line(RunTimeParameters.Why);
            int next = 1;
            string[] bounds = [.. Enumerable.Range(1, 4).Select(i => node.HasInput(i) ? RunTimeParameters.Longs(writer, context, next++) : "default")];
            writer.Line($"Span<int> strides = stackalloc int[{CSharpLiteral.Of(y.Length)}];");
            string shapes = $"input: {RunTimeParameters.List(context.Lengths(Inputs[0]))}, output: {RunTimeParameters.List(y)}";
            writer.Line($"int first = SliceRead.Prepare({RunTimeParameters.Label(node)}, {string.Join(", ", bounds)}, {shapes}, strides);");
            if (!y.Contains(0)) WriteLoops(writer, y);
        }

        private static void WriteLoops(StepWriter writer, int[] y)
        {
            int[] to = Positions.Strides(y);
            ImmutableArray<int> axes = [.. Enumerable.Range(0, y.Length).Where(a => y[a] > 1)];
            var scopes = new Stack<SourceWriter.BlockScope>();
            var target = new IndexText();
            string from = "first";
            for (int depth = 0; depth < axes.Length; depth++)
            {
                int axis = axes[depth];
                string variable = IndexText.Variable(depth);
                string stride = $"stride{CSharpLiteral.Of(axis)}";
                writer.Line($"int {stride} = strides[{CSharpLiteral.Of(axis)}];");
                scopes.Push(writer.Block($"for (int {variable} = 0; {variable} < {CSharpLiteral.Of(y[axis])}; {variable}++)"));
                target.Add(variable, to[axis]);
                from += $" + ({variable} * {stride})";
            }

            writer.Line($"{writer.Output(0)}[{target}] = {writer.Input(0)}[{from}];");
            while (scopes.Count > 0) scopes.Pop().Dispose();
        }
    }
}
