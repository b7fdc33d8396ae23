#!/bin/bash
# In place of actions/checkout: the repository, from the sandbox's GitHub, by real git.
set -euo pipefail
repository=${NANTE_CHECKOUT_REPOSITORY:-$GITHUB_REPOSITORY}
target=$GITHUB_WORKSPACE/${NANTE_CHECKOUT_PATH:-.}
depth=${NANTE_CHECKOUT_DEPTH:-1}
ref=${NANTE_CHECKOUT_REF:-}
branch=
if [[ -z $ref && $repository == "$GITHUB_REPOSITORY" ]]; then
  ref=$GITHUB_SHA
  [[ $GITHUB_REF != refs/heads/* ]] || branch=${GITHUB_REF#refs/heads/}
fi
# By the environment: a token in an argument would stand in the list of processes.
header=http.$GITHUB_SERVER_URL/.extraheader
login=$(printf 'x-access-token:%s' "$NANTE_CHECKOUT_TOKEN" | base64 -w0)
export GIT_TERMINAL_PROMPT=0 GIT_CONFIG_COUNT=1
export GIT_CONFIG_KEY_0=$header GIT_CONFIG_VALUE_0="AUTHORIZATION: basic $login"
mkdir -p "$target"
cd "$target"
echo "Syncing repository: $repository"
if [[ ! -d .git ]]; then
  git -c init.defaultBranch=main init --quiet
  git remote add origin "$GITHUB_SERVER_URL/$repository"
fi
options=(--quiet --no-recurse-submodules --no-tags "--depth=$depth")
[[ $depth != 0 ]] || options=(--quiet --no-recurse-submodules --tags)
if [[ $depth == 0 ]]; then
  git fetch "${options[@]}" --end-of-options origin '+refs/heads/*:refs/remotes/origin/*' ${ref:+"$ref"}
  commit=$(git rev-parse --verify --quiet --end-of-options "refs/remotes/origin/${ref:-HEAD}^{commit}" ||
    git rev-parse --verify --end-of-options "FETCH_HEAD^{commit}")
else
  git fetch "${options[@]}" --end-of-options origin "${ref:-HEAD}"
  commit=$(git rev-parse --verify 'FETCH_HEAD^{commit}')
fi
if [[ -n $branch ]]; then
  git update-ref "refs/remotes/origin/$branch" "$commit"
  git checkout --quiet --force -B "$branch" "$commit"
else
  git checkout --quiet --force --detach "$commit"
fi
if [[ ${NANTE_CHECKOUT_PERSIST:-true} == true ]]; then
  git config --local --replace-all "$header" "$GIT_CONFIG_VALUE_0"
fi
echo "HEAD is now at $(git log -1 --format='%h %s')"
echo "commit=$commit" >>"$GITHUB_OUTPUT"
