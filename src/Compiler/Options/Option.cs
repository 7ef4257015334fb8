using System;
using System.Collections.Immutable;
using System.Text;

namespace RedGen.Compiler.Options;

/// <summary>How the text of an option is read.</summary>
public enum OptionKind
{
    /// <summary>Any text that the option's reader accepts.</summary>
    Text,

    /// <summary>One of <see cref="Option.Choices"/>, in any case.</summary>
    Choice,

    /// <summary><c>true</c> or <c>false</c>, in any case.</summary>
    Flag,

    /// <summary><c>name=number</c> pairs, separated by commas.</summary>
    Pairs,
}

/// <summary>One row of <see cref="OptionTable"/>.</summary>
/// <param name="Name">The name without the prefix, such as <c>ClassName</c>.</param>
/// <param name="Kind">How the text is read.</param>
/// <param name="Default">The default, as a user would write it.</param>
/// <param name="Help">One line that says what the option does.</param>
/// <param name="Choices">The accepted words of a <see cref="OptionKind.Choice"/>; empty for other kinds.</param>
/// <param name="Planned">Words that are known by name and not available yet.</param>
/// <param name="Apply">Sets the option; throws <see cref="FormatException"/> with what is accepted. Null: the whole option is not available yet.</param>
public sealed record Option(
    string Name,
    OptionKind Kind,
    string Default,
    string Help,
    ImmutableArray<string> Choices,
    ImmutableArray<string> Planned,
    Func<CompilerOptions, string, CompilerOptions>? Apply)
{
    /// <summary>The MSBuild property and item metadata, such as <c>RedGenClassName</c>.</summary>
    public string MSBuildName => "RedGen" + Name;

    /// <summary>The tool's option, such as <c>--class-name</c>.</summary>
    public string Flag
    {
        get
        {
            var text = new StringBuilder("-");
            foreach (char c in Name)
            {
                if (c is >= 'A' and <= 'Z') text.Append('-');
                text.Append(char.ToLowerInvariant(c));
            }

            return text.ToString();
        }
    }

    /// <summary>Whether this version can do what the option asks for.</summary>
    public bool IsAvailable => Apply is not null;
}
