using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators;
using RedGen.Compiler.Operators.Functions;
using RedGen.Compiler.Options;
using RedGen.Compiler.Plan;
using RedGen.Compiler.Verify.Network;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Verify;

/// <summary>Every operator of the compiler has bounds or is refused by name, and docs/verification.md says which.</summary>
public sealed class NetworkRulesTests
{
    [Fact]
    public void Every_operator_has_bounds_or_is_refused_with_a_reason()
    {
        foreach (Operator op in OperatorTable.All)
        {
            string name = NameOf(op);
            bool isExpanded = op is FunctionOperator;
            bool isRead = NetworkRules.Find(name) is not null, isRefused = NetworkRules.Refusal(name) is not null;
            Assert.True(isRead ^ isRefused || (isExpanded && !isRead && !isRefused), name + (isRead ? " is read and refused" : " is neither read nor refused"));
        }
    }

    [Fact]
    public void What_has_a_row_or_is_refused_is_an_operator()
    {
        HashSet<string> known = [.. OperatorTable.All.Select(NameOf)];
        Assert.Subset(known, NetworkRules.Operators.Concat(NetworkRules.Refused).ToHashSet());
    }

    [Fact]
    public void The_documentation_lists_them()
    {
        string[] lines = File.ReadAllLines(Repository.PathOf("docs", "verification.md"));
        string[][] rows = [.. lines.SkipWhile(static l => !l.StartsWith("| operators |", StringComparison.Ordinal)).Skip(2).TakeWhile(static l => l.StartsWith('|')).Select(static l => l.Split('|', StringSplitOptions.TrimEntries))];
        string[] read = [.. rows.Where(static r => !r[2].StartsWith("refused", StringComparison.Ordinal)).SelectMany(static r => r[1].Split(", "))];
        string[] refused = [.. rows.Where(static r => r[2].StartsWith("refused", StringComparison.Ordinal)).SelectMany(static r => r[1].Split(", "))];
        Assert.Equal(NetworkRules.Operators, read.Order(StringComparer.Ordinal));
        Assert.Equal(NetworkRules.Refused.Where(static o => !o.StartsWith("redgen.", StringComparison.Ordinal)), refused.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("DynamicQuantizeLinear")]
    [InlineData("RandomNormalLike")]
    public void An_operator_that_is_refused_is_named_with_the_reason(string op)
    {
        OnnxModelWriter writer = new OnnxModelWriter().Opset(26).Input("x", ElementType.Float32, 2, 2).Node(op, "x", op == "DynamicQuantizeLinear" ? "q,s,z" : "y", static n => n.Name("odd"));
        writer = op == "DynamicQuantizeLinear" ? writer.Node("DequantizeLinear", "q,s,z", "y").Output("y", ElementType.Float32) : writer.Output("y", ElementType.Float32);
        UnverifiableException problem = Assert.Throws<UnverifiableException>(() => NetworkBuilder.Build(ModelCompiler.Compile(writer.ToSource(), new CompilerOptions { Hashing = Hashing.None }).Plan!));
        Assert.Contains("node 'odd' (" + op + ") is of an operator that has no bounds yet: " + NetworkRules.Refusal(op), problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_kernel_without_declared_errors_is_refused()
    {
        OnnxModelWriter writer = new OnnxModelWriter().Opset(17).Input("x", ElementType.Float32, 1, 2).Node("Relu", "x", "y", static n => n.Name("plain")).Output("y", ElementType.Float32);
        ExecutionPlan plan = ModelCompiler.Compile(writer.ToSource(), new CompilerOptions { Hashing = Hashing.None }).Plan!;
        Step step = Assert.Single(plan.Root.Steps);
        NetworkBuilder.Build(plan);
        var other = new NewKernelStep { Nodes = step.Nodes, Inputs = step.Inputs, Outputs = step.Outputs, Summary = "" };
        UnverifiableException problem = Assert.Throws<UnverifiableException>(() => NetworkBuilder.Build(plan.Graph, [other]));
        Assert.Contains("node 'plain' (Relu) is computed by the kernel Relu.New, which declares no rounding errors", problem.Message, StringComparison.Ordinal);
    }

    private static string NameOf(Operator op) => op.Schema.Domain.Length == 0 ? op.Schema.Name : op.Schema.Domain + "." + op.Schema.Name;

    /// <summary>A kernel whose author said nothing about its rounding.</summary>
    private sealed class NewKernelStep : Step
    {
        public override string Kernel => "Relu.New";

        public override void Emit(RedGen.Compiler.Emit.StepWriter writer) => throw new NotSupportedException();
    }
}
