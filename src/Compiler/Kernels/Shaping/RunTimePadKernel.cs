using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators;
using RedGen.Compiler.Operators.Shaping;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Shaping;

/// <summary>Pad by widths of run time: tables say where each element comes from, as many numbers as the output's lengths together.</summary>
internal sealed class RunTimePadKernel : Kernel
{
    /// <summary>Tables beyond this are refused; nobody pads to millions.</summary>
    private const long TableLimit = 1 << 22;

    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        if (!group.IsSingle || !new[] { 1, 3 }.Any(i => node.HasInput(i) && context.Constant(node.Inputs[i]) is null) || !CopyPlan.CanMove(context.ElementType(node.Inputs[0]))) return null;
        int[] y = context.Lengths(node.Outputs[0]);
        long table = y.Contains(0) ? 0 : y.Sum(d => (long)d);
        InferenceContext parameters = context.Parameters(node);
        return table > TableLimit ? null : new PadStep(context, PadWidths.Mode(parameters), PadKernel.ConstantText(PadWidths.ConstantValue(parameters), context.ElementType(node.Inputs[0])))
        {
            Nodes = group.Nodes,
            Inputs = [.. node.Inputs.Where((v, i) => v.Length > 0 && !(i == 2 && context.Constant(v) is not null))],
            Outputs = [node.Outputs[0]],
            Summary = $"Pad {context.Type(node.Inputs[0]).Shape} to {Shape.Of(y)}, mode {PadWidths.Mode(parameters)}, by values of run time",
            WorkspaceLength = (int)table,
            WorkspaceType = ElementType.Int32,
        };
    }

    private sealed class PadStep(KernelContext context, string mode, string constant) : Step
    {
        public override string Kernel => "Pad.RunTime";

        public override void Emit(StepWriter writer)
        {
            Node node = Nodes[0];
            int[] y = context.Lengths(Outputs[0]);
            bool hasValue = node.HasInput(2) && context.Constant(node.Inputs[2]) is null;
            writer.Line(RunTimeParameters.Why);
            string pads = RunTimeParameters.Longs(writer, context, 1);
            string axes = node.HasInput(3) ? RunTimeParameters.Longs(writer, context, hasValue ? 3 : 2) : "default";
            string shapes = $"input: {RunTimeParameters.List(context.Lengths(Inputs[0]))}, output: {RunTimeParameters.List(y)}";
            writer.Line($"PadPositions.Prepare({RunTimeParameters.Label(node)}, {CSharpLiteral.Of(mode)}, {pads}, {axes}, {shapes}, {(WorkspaceLength > 0 ? writer.Workspace : "default")});");
            if (!y.Contains(0)) WriteLoops(writer, y, hasValue ? writer.Input(2) + "[0]" : constant);
        }

        private void WriteLoops(StepWriter writer, int[] y, string value)
        {
            int[] to = Positions.Strides(y);
            var scopes = new Stack<SourceWriter.BlockScope>();
            var target = new IndexText();
            var sources = new List<string>();
            int table = 0;
            for (int axis = 0; axis < y.Length; axis++)
            {
                string variable = IndexText.Variable(axis);
                scopes.Push(writer.Block($"for (int {variable} = 0; {variable} < {CSharpLiteral.Of(y[axis])}; {variable}++)"));
                sources.Add("from" + CSharpLiteral.Of(axis));
                writer.Line($"int {sources[axis]} = {writer.Workspace}[{new IndexText().Add(variable).Add(table)}];");
                target.Add(variable, to[axis]);
                table += y[axis];
            }

            string source = sources.Count == 0 ? "0" : string.Join(" + ", sources);
            string element = $"{writer.Input(0)}[{source}]";
            bool isConstant = mode == "constant" && sources.Count > 0;
            writer.Line($"{writer.Output(0)}[{target}] = {(isConstant ? $"({string.Join(" | ", sources)}) < 0 ? {value} : {element}" : element)};");
            while (scopes.Count > 0) scopes.Pop().Dispose();
        }
    }
}
