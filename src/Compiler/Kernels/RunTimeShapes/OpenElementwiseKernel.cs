using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels.Elementwise;
using RedGen.Compiler.Operators;
using RedGen.Compiler.Operators.Elementwise;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.RunTimeShapes;

/// <summary>Elementwise operators over shapes of run time: one loop where a single tensor is read, rows of a broadcast for several.</summary>
internal sealed class OpenElementwiseKernel : Kernel
{
    /// <summary>More operands than this would be too many parameters for one method.</summary>
    private const int MaxOperands = 32;

    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        if (!group.IsSingle || OperatorTable.Find(node.Operator) is not ElementwiseOperator op || node.Outputs.Length != 1 || node.Inputs.Length > MaxOperands) return null;
        if (node.Inputs.Concat(node.Outputs).Any(v => v.Length > 0 && !context.ElementType(v).HasArithmetic())) return null;
        ImmutableArray<int> tensors = [.. op.ElementInputs(node).Where(i => context.Constant(node.Inputs[i]) is not { Length: 1 })];
        var step = new OpenElementwiseStep(context, op, tensors)
        {
            Nodes = group.Nodes,
            Inputs = [.. tensors.Select(i => node.Inputs[i]).Distinct(System.StringComparer.Ordinal)],
            Outputs = [node.Outputs[0]],
            Summary = CallKernel.Describe(node, context),
        };
        return tensors.IsEmpty || step.Expression is null ? null : step;
    }

    private sealed class OpenElementwiseStep(KernelContext context, ElementwiseOperator op, ImmutableArray<int> tensors) : Step
    {
        public override string Kernel => "Elementwise.RunTimeShape";

        private Node Node => Nodes[0];

        /// <summary>The expression of an element; the operands are variables v0, v1, ….</summary>
        public string? Expression => ElementwiseExpressions.Scalar(Node, [.. Node.Inputs.Select((_, i) => Operand(i))], context);

        public override void Emit(StepWriter writer)
        {
            var call = new OpenCall(writer, context, Node);
            string type = call.OutputType(0);
            if (IsSimple) writer.Line($"DynamicTensor<{type}> result = Tensors.Create<{type}>({call.Label}, {call.Lengths(tensors[0])});");
            else WriteRows(writer, call, type);
            foreach (int i in tensors)
                if (writer.IsOpen(Node.Inputs[i])) writer.Line($"ReadOnlySpan<{call.Type(i)}> {Span(i)} = {call.Name(i)}.Span;");
            writer.Line($"Span<{type}> to = result.Span;");
            if (ElementwiseExpressions.NeedsUnchecked(Node, context))
            {
                using (writer.Block("unchecked")) WriteLoops(writer, call);
            }
            else WriteLoops(writer, call);
            call.Finish(0, "result", isChecked: false);
        }

        /// <summary>Whether one tensor alone gives the shape.</summary>
        private bool IsSimple => tensors.Length == 1 && Ones(tensors[0]) == 0
            && op.ElementInputs(Node).All(i => context.Type(Node.Inputs[i]).Shape!.Rank <= context.Type(Node.Inputs[tensors[0]]).Shape!.Rank);

        private static void WriteRowOf(StepWriter writer, string lengths, int ones) => writer.Line($"rows.Add({lengths}{(ones > 0 ? ", ones: " + CSharpLiteral.Of(ones) : "")});");

        private void WriteRows(StepWriter writer, OpenCall call, string type)
        {
            writer.Line($"var rows = new BroadcastRows({call.Label});");
            foreach (int i in tensors) WriteRowOf(writer, call.Lengths(i), Ones(i));
            // A literal may have more axes than the tensors.
            foreach (int i in op.ElementInputs(Node).Where(i => !tensors.Contains(i) && context.Type(Node.Inputs[i]).Shape!.Rank > 0))
                WriteRowOf(writer, "[" + string.Join(", ", Enumerable.Repeat("1", context.Type(Node.Inputs[i]).Shape!.Rank)) + "]", Ones(i));
            writer.Line($"DynamicTensor<{type}> result = Tensors.Create<{type}>({call.Label}, rows.Lengths);");
        }

        private void WriteLoops(StepWriter writer, OpenCall call)
        {
            if (IsSimple)
            {
                using (writer.Block("for (int i = 0; i < to.Length; i++)")) WriteElement(writer, call, _ => "i", "to[i]");
                return;
            }

            writer.Line("rows.Begin();");
            for (int k = 0; k < tensors.Length; k++) writer.Line($"int step{Text(k)} = rows.Step({Text(k)});");
            using (writer.Block("for (; !rows.IsDone; rows.Next())"))
            {
                for (int k = 0; k < tensors.Length; k++) writer.Line($"int {At(k)} = rows.Start({Text(k)});");
                writer.Line("Span<" + call.OutputType(0) + "> row = to.Slice(rows.At, rows.Count);");
                using (writer.Block("for (int i = 0; i < row.Length; i++)"))
                {
                    WriteElement(writer, call, At, "row[i]");
                    for (int k = 0; k < tensors.Length; k++) writer.Line($"{At(k)} += step{Text(k)};");
                }
            }
        }

        private void WriteElement(StepWriter writer, OpenCall call, System.Func<int, string> index, string target)
        {
            for (int k = 0; k < tensors.Length; k++)
            {
                int i = tensors[k];
                string span = writer.IsOpen(Node.Inputs[i]) ? Span(i) : call.Name(i);
                writer.Line($"var {Operand(i)} = {ElementwiseExpressions.Load(call.ElementType(i), span, index(k))};");
            }

            writer.Line($"{target} = {Expression};");
        }

        private string Operand(int input)
        {
            if (!Node.HasInput(input) || !op.ElementInputs(Node).Contains(input)) return "";
            if (tensors.Contains(input)) return "v" + Text(input);
            ReferenceTensor constant = ReferenceTensor.FromTensor(context.Constant(Node.Inputs[input])!);
            return ElementwiseExpressions.Literal(constant.ElementType, constant.Real(0), constant.Integers?[0] ?? 0);
        }

        /// <summary>The axes of length 1 that the rules before opset 7 put behind an operand.</summary>
        private int Ones(int input)
        {
            int rank = context.Type(Node.Inputs[input]).Shape!.Rank;
            return op.OperandLengths(Node, input, [.. Enumerable.Repeat(2, rank)], context.Type(Node.Inputs[0]).Shape!.Rank).Length - rank;
        }

        private static string At(int operand) => "at" + Text(operand);

        private static string Span(int input) => "from" + Text(input);

        private static string Text(int number) => CSharpLiteral.Of(number);
    }
}
