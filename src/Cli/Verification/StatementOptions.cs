using System.Collections.Generic;
using System.Collections.Immutable;
using System.CommandLine;
using System.Linq;
using RedGen.Cli.Output;
using RedGen.Compiler.Verify.Statements;

namespace RedGen.Cli.Verification;

/// <summary>Properties without a file as options of <c>redgen verify</c>: each is a short form of a statement.</summary>
internal sealed class StatementOptions
{
    private readonly Option<string[]> _range = new("--range") { Description = "Outputs stay inside ranges: Y[0]:-1..1, by the model's names logits[0,3]:..5, or all of them Y:0..1.", HelpName = "Y[0]:a..b,…", AllowMultipleArgumentsPerToken = false };
    private readonly Option<string[]> _monotone = new("--monotone") { Description = "An output does not fall (+) or rise (-) where an input rises.", HelpName = "X[2]:+:Y[0],…", AllowMultipleArgumentsPerToken = false };
    private readonly Option<string?> _slack = new("--slack") { Description = "With --monotone: by how much it may. Default: what float32 rounding can make.", HelpName = "s" };
    private readonly Option<string?> _robust = new("--robust") { Description = "The class stays where every input element is at most --epsilon from a sample; with --within: no output moves further.", HelpName = "samples.npy" };
    private readonly Option<string?> _epsilon = new("--epsilon") { Description = "See --robust.", HelpName = "e" };
    private readonly Option<string?> _labels = new("--labels") { Description = "With --robust: the class of each sample, an .npy file or one a line. Default: what the network says.", HelpName = "file" };
    private readonly Option<string?> _equivalent = new("--equivalent") { Description = "No output differs by more than --within from that of another model, or of this one without a reduction (trained).", HelpName = "other.onnx|trained" };
    private readonly Option<string?> _within = new("--within") { Description = "See --equivalent and --robust.", HelpName = "d" };
    private readonly Option<string?> _over = new("--over") { Description = "Values of inputs for these: X[0]:0..1,X[1]:-5..5. Default: --input-range.", HelpName = "X[0]:a..b,…" };

    /// <summary>The options.</summary>
    public IEnumerable<Option> Options => [_range, _monotone, _slack, _robust, _epsilon, _labels, _equivalent, _within, _over];

    /// <summary>The statements that the options make.</summary>
    /// <param name="parsed">The arguments.</param>
    /// <param name="further">Statements that stand in full.</param>
    /// <exception cref="ToolException">They make none.</exception>
    public ImmutableArray<Statement> Read(ParseResult parsed, string further)
    {
        List<string> texts = [further];
        string over = Clause(parsed, _over, " over ");
        texts.AddRange((parsed.GetValue(_range) ?? []).Select(r => "range " + r + over));
        texts.AddRange((parsed.GetValue(_monotone) ?? []).Select(m => "monotone " + m + Clause(parsed, _slack, " slack ") + over));
        bool isEquivalence = parsed.GetValue(_equivalent) is not null;
        if (parsed.GetValue(_robust) is { } samples)
            texts.Add("robust " + samples + Clause(parsed, _epsilon, " epsilon ") + Clause(parsed, _labels, " labels ") + (isEquivalence ? "" : Clause(parsed, _within, " within ")) + over);
        if (parsed.GetValue(_equivalent) is { } other) texts.Add("equivalent " + other + Clause(parsed, _within, " within ") + over);
        string? idle = Idle(parsed);
        if (idle is not null) throw new ToolException(idle);
        try
        {
            return StatementReader.ReadAll(string.Join("\n", texts));
        }
        catch (System.FormatException problem)
        {
            throw new ToolException(problem.Message);
        }
    }

    /// <summary>What an option without its property means: nothing.</summary>
    private string? Idle(ParseResult parsed)
    {
        bool isRobust = parsed.GetValue(_robust) is not null, isMonotone = parsed.GetValue(_monotone) is { Length: > 0 }, isEquivalence = parsed.GetValue(_equivalent) is not null;
        if (parsed.GetValue(_epsilon) is not null && !isRobust) return "--epsilon is for --robust";
        if (parsed.GetValue(_labels) is not null && !isRobust) return "--labels is for --robust";
        if (parsed.GetValue(_slack) is not null && !isMonotone) return "--slack is for --monotone";
        if (parsed.GetValue(_within) is not null && !isRobust && !isEquivalence) return "--within is for --equivalent and --robust";
        return parsed.GetValue(_over) is not null && !isRobust && !isMonotone && !isEquivalence && parsed.GetValue(_range) is not { Length: > 0 } ? "--over is for --range, --monotone, --robust and --equivalent" : null;
    }

    private static string Clause(ParseResult parsed, Option<string?> option, string word) => parsed.GetValue(option) is { } value ? word + value : "";
}
