using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.RegularExpressions;

namespace RedGen.Compiler.State;

/// <summary>
/// The names by which exporters call a state and its next value: <c>h</c> and <c>hn</c>, <c>state_in</c> and <c>state_out</c>,
/// <c>past_key_values.0.key</c> and <c>present.0.key</c>. docs/stateful-models.md lists them.
/// </summary>
internal static class StateNames
{
    /// <summary>Words that make a value a state; without one of them a name like <c>image_in</c> says nothing.</summary>
    private static readonly HashSet<string> StateWords = new(
        "state states hidden cell h c hx cx h0 c0 cache caches mem memory buffer buf lstm gru rnn kv past".Split(' '), StringComparer.Ordinal);

    private static readonly HashSet<string> Before = new("in prev previous past last old init initial".Split(' '), StringComparer.Ordinal);

    private static readonly HashSet<string> After = new("out next new present updated n".Split(' '), StringComparer.Ordinal);

    /// <summary>Whether the names say that an output is the next value of an input.</summary>
    public static bool AreStateAndNext(string input, string output)
    {
        string[] next = [.. Stems(output, After, 'n')];
        return Words(input).Any(StateWords.Contains) && Stems(input, Before, '0').Any(s => s.Length > 0 && next.Contains(s));
    }

    /// <summary>What may be the name without the words that say before or after; a mark at its end may be one (<c>h0</c>, <c>hn</c>).</summary>
    private static IEnumerable<string> Stems(string name, HashSet<string> marks, char mark)
    {
        List<string> words = Words(name);
        // past_key_values.0.key is what present.0.key was.
        if (marks == Before && words.Count > 3 && words[0] == "past" && words[1] == "key" && words[2] == "values") words.RemoveRange(1, 2);
        string plain = string.Join(" ", words.Where(w => !marks.Contains(w)));
        yield return plain;
        if (plain.Length > 1 && plain[plain.Length - 1] == mark) yield return plain.Substring(0, plain.Length - 1).TrimEnd();
    }

    /// <summary>The words of a name in lower case: <c>lstmState_in</c> gives lstm, state, in. Digits belong to the letters before them.</summary>
    private static List<string> Words(string name)
        => [.. Regex.Matches(name, "[A-Z]*[a-z]*[0-9]*").Cast<Match>().Select(m => m.Value.ToLowerInvariant()).Where(w => w.Length > 0)];
}
