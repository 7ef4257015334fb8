using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using RedGen.Compiler.Diagnostics;

namespace RedGen.Compiler.Plan;

/// <summary>The user's budgets: flash of the constants, memory of a call.</summary>
internal static class Budgets
{
    /// <summary>Layers that a message names.</summary>
    private const int Named = 3;

    /// <summary>Reports what a plan takes beyond its options' budgets.</summary>
    public static void Check(ExecutionPlan plan, DiagnosticBag diagnostics)
    {
        if (plan.Options.FlashBudget is { } flash && plan.WeightBytes > flash)
            diagnostics.Add(DiagnosticCatalog.FlashBudget.With(Text(plan.WeightBytes), Text(flash), Largest(plan, i => Constants(plan, plan.Root.Steps[i]))));
        if (plan.Options.RamBudget is { } ram && plan.ArenaBytes > ram)
            diagnostics.Add(DiagnosticCatalog.RamBudget.With(Text(plan.ArenaBytes), Text(ram), LargestMemory(plan)));
    }

    /// <summary>The layers that hold most of the arena while they run, for messages.</summary>
    public static string LargestMemory(ExecutionPlan plan) => Largest(plan, i => Memory(plan, i));

    private static long Constants(ExecutionPlan plan, Step step)
        => step.Weights.SelectMany(w => w.Emitted).Sum(w => (long)w.Data.Length) + step.Inputs.Distinct().Sum(i => plan.Graph.ConstantOf(i) is { } c ? (long)c.Unpacked.Length : 0);

    /// <summary>What is in the arena for a step alone: its inputs, its outputs, its workspace.</summary>
    private static long Memory(ExecutionPlan plan, int index)
    {
        Step step = plan.Root.Steps[index];
        IEnumerable<Buffer> buffers = step.Inputs.Concat(step.Outputs).Where(v => v.Length > 0).Select(v => plan.Buffers[v]);
        return buffers.Concat(plan.Workspaces[index] is { } workspace ? [workspace] : []).Where(b => b.Storage == Storage.Arena)
            .GroupBy(b => b.Offset).Sum(g => g.Max(b => b.Bytes));
    }

    private static string Largest(ExecutionPlan plan, Func<int, long> bytes)
        => string.Join(", ", Enumerable.Range(0, plan.Root.Steps.Length).Where(i => !plan.Root.Steps[i].IsView).OrderByDescending(bytes).Take(Named)
            .Select(i => plan.StepNames[i] + " (" + plan.Root.Steps[i].Summary + ") " + Text(bytes(i))));

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
