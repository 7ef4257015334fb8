using RedGen.Cli.Execution;
using RedGen.Cli.Output;
using RedGen.Compiler;
using RedGen.Compiler.Options;
using RedGen.Compiler.Report;
using RedGen.Compiler.Verify.Difference;

namespace RedGen.Cli.Verification;

/// <summary>Runs the code of a model, reduced and not, on the input where a search found both far apart.</summary>
internal static class ReductionReplay
{
    /// <summary>Compiles and runs both.</summary>
    /// <param name="path">The model's path, for messages.</param>
    /// <param name="source">The model.</param>
    /// <param name="options">The options of the reduced model.</param>
    /// <param name="outcome">What the search found.</param>
    /// <param name="console">Where problems go.</param>
    /// <exception cref="ToolException">The model was not compiled.</exception>
    public static ReductionWitness Run(string path, ModelSource source, CompilerOptions options, DifferenceOutcome outcome, ToolConsole console)
    {
        if (outcome.Input.Length == 0) return new ReductionWitness(outcome.Bound, [], [], []);
        using ModelProgram reduced = ModelProgram.Load(path, source, options with { MaxError = null }, console);
        using ModelProgram original = ModelProgram.Load(path, source with { PlanText = null }, options with { Hashing = Hashing.None, MaxError = null }, console);
        return new ReductionWitness(outcome.Bound, [.. outcome.Input], [.. original.OutputsOf(outcome.Input)], [.. reduced.OutputsOf(outcome.Input)]);
    }
}
