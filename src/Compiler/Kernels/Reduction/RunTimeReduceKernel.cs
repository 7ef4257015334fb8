using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels.Shaping;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Reduction;

/// <summary>Reductions over axes of run time: tables say which elements become one. How many they are follows from the declared shape.</summary>
internal sealed class RunTimeReduceKernel : Kernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        if (!group.IsSingle || !RunTimeParameters.AreGiven(node, context, 1)) return null;
        if (ReduceText.Of(node.Operator.Name, context.ElementType(node.Inputs[0])) is not { } text) return null;
        int results = context.Count(node.Outputs[0]);
        int members = results == 0 ? 0 : context.Count(node.Inputs[0]) / results;
        // At most twice as many as there are elements in input or output, so this is an int.
        return new RunTimeReduceStep(context, text, results, members)
        {
            Nodes = group.Nodes,
            Inputs = [node.Inputs[0], node.Inputs[1]],
            Outputs = [node.Outputs[0]],
            Summary = $"{node.Operator.Name} {context.Type(node.Inputs[0]).Shape} to {context.Type(node.Outputs[0]).Shape}, over axes of run time",
            WorkspaceLength = results + members,
            WorkspaceType = ElementType.Int32,
        };
    }

    private sealed class RunTimeReduceStep(KernelContext context, ReduceText text, int results, int members) : Step
    {
        public override string Kernel => "Reduce.RunTime";

        public override void Emit(StepWriter writer)
        {
            Node node = Nodes[0];
            bool isEmpty = results == 0;
            string tables = "default, default";
            writer.Line(RunTimeParameters.Why);
            if (!isEmpty)
            {
                writer.Line($"Span<int> starts = {writer.Workspace}.Slice(0, {CSharpLiteral.Of(results)});");
                writer.Line($"Span<int> members = {writer.Workspace}.Slice({CSharpLiteral.Of(results)}, {CSharpLiteral.Of(members)});");
                tables = "starts, members";
            }

            string flags = $"noop: {Flag("noop_with_empty_axes", 0)}, keepDims: {Flag("keepdims", 1)}";
            string shapes = $"input: {RunTimeParameters.List(context.Lengths(Inputs[0]))}, output: {RunTimeParameters.List(context.Lengths(Outputs[0]))}";
            writer.Line($"ReducedAxes.Prepare({RunTimeParameters.Label(node)}, {writer.Input(1)}, {flags}, {shapes}, {tables});");
            if (isEmpty) return;
            using (writer.Block($"for (int k = 0; k < {CSharpLiteral.Of(results)}; k++)"))
            {
                string element = $"{writer.Input(0)}[start + members[r]]";
                string overMembers = $"for (int r = 0; r < {CSharpLiteral.Of(members)}; r++) ";
                writer.Line("int start = starts[k];");
                if (text.NeedsMaximum)
                {
                    writer.Line($"{text.Type} max = {text.MaximumStart};");
                    writer.Line(overMembers + text.MaximumStep(element));
                }

                writer.Line($"{text.Type} total = {text.Start};");
                writer.Line(overMembers + text.Step(element));
                writer.Line($"{writer.Output(0)}[k] = {text.Finish(members)};");
            }
        }

        private string Flag(string attribute, long otherwise) => Nodes[0].Attributes.Int(attribute, otherwise) != 0 ? "true" : "false";
    }
}
